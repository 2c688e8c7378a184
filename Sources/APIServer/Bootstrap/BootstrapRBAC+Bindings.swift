// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension BootstrapRBAC {
    /// Roles, and the bindings of all roles but those of the controllers.
    static let rolesAndBindings = #"""
        role kube-public/system:controller:bootstrap-signer
          read core configmaps
          update core configmaps cluster-info
          create,patch,update core,events.k8s.io events
        role kube-system/extension-apiserver-authentication-reader
          read core configmaps extension-apiserver-authentication
        role kube-system/system::leader-locking-kube-controller-manager
          create,get,list,update,watch coordination.k8s.io leases
          create,get,list,update,watch coordination.k8s.io leasecandidates
        role kube-system/system::leader-locking-kube-scheduler
          create,get,list,update,watch coordination.k8s.io leases
          create,get,list,update,watch coordination.k8s.io leasecandidates
        role kube-system/system:controller:bootstrap-signer
          read core secrets
        role kube-system/system:controller:cloud-provider
          create,get,list,watch core configmaps
        role kube-system/system:controller:token-cleaner
          delete,get,list,watch core secrets
          create,patch,update core,events.k8s.io events
        clusterbind cluster-admin clusterrole cluster-admin group system:masters
        clusterbind system:basic-user clusterrole system:basic-user group system:authenticated
        clusterbind system:discovery clusterrole system:discovery group system:authenticated
        clusterbind system:kube-controller-manager clusterrole system:kube-controller-manager user \#
        system:kube-controller-manager
        clusterbind system:kube-dns clusterrole system:kube-dns account kube-system/kube-dns
        clusterbind system:kube-scheduler clusterrole system:kube-scheduler user system:kube-scheduler
        clusterbind system:monitoring clusterrole system:monitoring group system:monitoring
        clusterbind system:node clusterrole system:node
        clusterbind system:node-proxier clusterrole system:node-proxier user system:kube-proxy
        clusterbind system:public-info-viewer clusterrole system:public-info-viewer group system:authenticated \#
        group system:unauthenticated
        clusterbind system:service-account-issuer-discovery clusterrole system:service-account-issuer-discovery \#
        group system:serviceaccounts
        clusterbind system:volume-scheduler clusterrole system:volume-scheduler user system:kube-scheduler
        bind kube-public/system:controller:bootstrap-signer role system:controller:bootstrap-signer account \#
        kube-system/bootstrap-signer
        bind kube-system/system::extension-apiserver-authentication-reader role \#
        extension-apiserver-authentication-reader user system:kube-controller-manager user system:kube-scheduler
        bind kube-system/system::leader-locking-kube-controller-manager role \#
        system::leader-locking-kube-controller-manager user system:kube-controller-manager account \#
        kube-system/kube-controller-manager account kube-system/leader-election-controller
        bind kube-system/system::leader-locking-kube-scheduler role system::leader-locking-kube-scheduler user \#
        system:kube-scheduler account kube-system/kube-scheduler
        bind kube-system/system:controller:bootstrap-signer role system:controller:bootstrap-signer account \#
        kube-system/bootstrap-signer
        bind kube-system/system:controller:cloud-provider role system:controller:cloud-provider account \#
        kube-system/cloud-provider
        bind kube-system/system:controller:token-cleaner role system:controller:token-cleaner account \#
        kube-system/token-cleaner
        """#
}
