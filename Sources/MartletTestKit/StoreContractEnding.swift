// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreContract {
    /// Closing.
    static let ending: [Case] = [
        Case(
            "a closed store ends its watches and refuses everything",
            script: """
                > put /a one
                revision 1
                > watch w / after=1
                > close
                > heard w
                progress 1
                ended closed
                > get /a
                closed
                > list /
                closed
                > put /a two
                closed
                > watch v / after=1
                closed
                > compact 1
                closed
                > revisions
                newest 1, compacted 0
                > close
                """)
    ]
}
