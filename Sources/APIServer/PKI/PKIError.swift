// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why certificates or keys could not be made, read or written.
package struct PKIError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A file or directory cannot be read or written.
        case file
        /// What a file holds is not a certificate or key, or a pair that does not fit.
        case content
        /// Signing failed.
        case signing
    }
    package var code: Code
    /// What failed, on what, what to do; lower case.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
