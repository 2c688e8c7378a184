// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// Volumes and where they come from.
    static let volumes = """
        # core/v1
        Volume: Files that containers of a pod can mount.
        .name: The name of the volume, unique in its pod.
        VolumeSource: Where the files come from: one of these.
        .hostPath: A file or directory of the node.
        .emptyDir: An empty directory that lives as long as the pod.
        .secret: The keys of a Secret as files.
        .configMap: The keys of a ConfigMap as files.
        .persistentVolumeClaim: The volume that a claim is bound to.
        .projected: Several sources in one directory.
        .downwardAPI: Facts about the pod as files.
        .nfs: A directory of an NFS server.
        .iscsi: A disk over iSCSI.
        .csi: A volume that a storage driver makes for the pod.
        .ephemeral: A claim that is made for the pod and goes with it.
        .image: The files of an image.
        .fc: A disk over Fibre Channel.
        .gitRepo: No longer supported.
        VolumeMount: Where a volume appears in a container.
        .name: The name of the volume.
        .mountPath: The path inside the container.
        .readOnly: Whether nothing can be written there.
        .recursiveReadOnly: Whether what is mounted below is read-only too: Disabled, IfPossible or Enabled.
        .subPath: A path inside the volume, in place of its root.
        .subPathExpr: A path inside the volume in which $(NAME) stands for a variable.
        .mountPropagation: Whether later mounts are seen on the other side: None, HostToContainer or Bidirectional.
        VolumeDevice: Where a block device appears in a container.
        .name: The name of the volume.
        .devicePath: The path inside the container.
        HostPathVolumeSource: A file or directory of the node.
        .path: The path on the node.
        .type: What has to be there, for example Directory or FileOrCreate.
        EmptyDirVolumeSource: An empty directory that lives as long as the pod.
        .medium: Memory keeps it in memory; empty on the disk of the node.
        .sizeLimit: How large it may grow.
        SecretVolumeSource: The keys of a Secret as files.
        .secretName: The Secret.
        .items: Which keys, and their paths; all of them if not set.
        .defaultMode: The mode of the files.
        .optional: Whether the Secret may be missing.
        ConfigMapVolumeSource: The keys of a ConfigMap as files.
        .items: Which keys, and their paths; all of them if not set.
        .defaultMode: The mode of the files.
        .optional: Whether the ConfigMap may be missing.
        PersistentVolumeClaimVolumeSource: The volume that a claim is bound to.
        .claimName: The claim.
        .readOnly: Whether nothing can be written there.
        ProjectedVolumeSource: Several sources in one directory.
        .sources: The sources.
        .defaultMode: The mode of the files.
        VolumeProjection: A source of files: one of these.
        .secret: The keys of a Secret.
        .configMap: The keys of a ConfigMap.
        .downwardAPI: Facts about the pod.
        .serviceAccountToken: A token of the pod's ServiceAccount.
        .clusterTrustBundle: Certificates to trust.
        .podCertificate: A certificate for the pod.
        ServiceAccountTokenProjection: A token as a file.
        .audience: Whom the token is for.
        .expirationSeconds: How many seconds it is valid.
        .path: The path of the file.
        KeyToPath: The path of the file for a key.
        .key: The key.
        .path: The path.
        .mode: The mode of the file.
        DownwardAPIVolumeSource: Facts about the pod as files.
        .items: The files.
        .defaultMode: The mode of the files.
        DownwardAPIVolumeFile: A fact about the pod as a file.
        .path: The path.
        .fieldRef: A field of the pod.
        .resourceFieldRef: A resource of a container.
        .mode: The mode of the file.
        NFSVolumeSource: A directory of an NFS server.
        .server: The server.
        .path: The directory.
        .readOnly: Whether nothing can be written there.
        EphemeralVolumeSource: A claim that is made for a pod and goes with it.
        .volumeClaimTemplate: What the claim is made from.
        PersistentVolumeClaimTemplate: What a claim is made from.
        CSIVolumeSource: A volume that a storage driver makes for a pod.
        .driver: The driver.
        .readOnly: Whether nothing can be written there.
        .fsType: The type of the file system.
        .volumeAttributes: Settings for the driver.
        CSIPersistentVolumeSource: A volume of a storage driver.
        .driver: The driver.
        .volumeHandle: What the driver calls the volume.
        .fsType: The type of the file system.
        .volumeAttributes: Settings for the driver.
        LocalVolumeSource: A directory or disk of one node.
        .path: The path on the node.
        .fsType: The type of the file system.
        ImageVolumeSource: The files of an image.
        .reference: The image.
        .pullPolicy: When to pull it.
        """
}
