// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELLibrary {
    static let kubernetesTypes = """
        url(string) kubernetes.URL
        isURL(string) bool
        kubernetes.URL.getScheme() string
        kubernetes.URL.getHost() string
        kubernetes.URL.getHostname() string
        kubernetes.URL.getPort() string
        kubernetes.URL.getEscapedPath() string
        kubernetes.URL.getQuery() map<string,list<string>>
        quantity(string) kubernetes.Quantity
        isQuantity(string) bool
        kubernetes.Quantity.sign() int
        kubernetes.Quantity.isGreaterThan(kubernetes.Quantity) bool
        kubernetes.Quantity.isLessThan(kubernetes.Quantity) bool
        kubernetes.Quantity.compareTo(kubernetes.Quantity) int
        kubernetes.Quantity.asApproximateFloat() double
        kubernetes.Quantity.asInteger() int
        kubernetes.Quantity.isInteger() bool
        kubernetes.Quantity.add(kubernetes.Quantity) kubernetes.Quantity
        kubernetes.Quantity.add(int) kubernetes.Quantity
        kubernetes.Quantity.sub(kubernetes.Quantity) kubernetes.Quantity
        kubernetes.Quantity.sub(int) kubernetes.Quantity
        semver(string) kubernetes.Semver
        semver(string,bool) kubernetes.Semver
        isSemver(string) bool
        isSemver(string,bool) bool
        kubernetes.Semver.isGreaterThan(kubernetes.Semver) bool
        kubernetes.Semver.isLessThan(kubernetes.Semver) bool
        kubernetes.Semver.compareTo(kubernetes.Semver) int
        kubernetes.Semver.major() int
        kubernetes.Semver.minor() int
        kubernetes.Semver.patch() int
        image(string) kubernetes.Image
        isImage(string) bool
        kubernetes.Image.containsDigest() bool
        kubernetes.Image.registry() string
        kubernetes.Image.repository() string
        kubernetes.Image.identifier() string
        kubernetes.Image.tag() string
        kubernetes.Image.digest() string
        `format.named`(string) optional<kubernetes.NamedFormat>
        kubernetes.NamedFormat.validate(string) optional<list<string>>

        """ + formats

    /// The formats that have a function of their own.
    static let formatNames = [
        "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix",
        "dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime",
    ]

    private static let formats = formatNames.map { "`format.\($0)`() kubernetes.NamedFormat\n" }.joined()

    static let addresses = """
        ip(string) net.IP
        isIP(string) bool
        string(net.IP) string
        `ip.isCanonical`(string) bool
        net.IP.family() int
        net.IP.isUnspecified() bool
        net.IP.isLoopback() bool
        net.IP.isLinkLocalMulticast() bool
        net.IP.isLinkLocalUnicast() bool
        net.IP.isGlobalUnicast() bool
        cidr(string) net.CIDR
        isCIDR(string) bool
        string(net.CIDR) string
        net.CIDR.containsIP(string) bool
        net.CIDR.containsIP(net.IP) bool
        net.CIDR.containsCIDR(string) bool
        net.CIDR.containsCIDR(net.CIDR) bool
        net.CIDR.ip() net.IP
        net.CIDR.prefixLength() int
        net.CIDR.masked() net.CIDR

        """

    static let authorizer = """
        kubernetes.authorization.Authorizer.path(string) kubernetes.authorization.PathCheck
        kubernetes.authorization.Authorizer.group(string) kubernetes.authorization.GroupCheck
        kubernetes.authorization.Authorizer.serviceAccount(string,string) kubernetes.authorization.Authorizer
        kubernetes.authorization.GroupCheck.resource(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.ResourceCheck.subresource(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.ResourceCheck.namespace(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.ResourceCheck.name(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.ResourceCheck.fieldSelector(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.ResourceCheck.labelSelector(string) kubernetes.authorization.ResourceCheck
        kubernetes.authorization.PathCheck.check(string) kubernetes.authorization.Decision
        kubernetes.authorization.ResourceCheck.check(string) kubernetes.authorization.Decision
        kubernetes.authorization.Decision.errored() bool
        kubernetes.authorization.Decision.error() string
        kubernetes.authorization.Decision.allowed() bool
        kubernetes.authorization.Decision.reason() string

        """
}
