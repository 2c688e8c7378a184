// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreContract {
    /// Watches: past changes, prefix, progress, cancelling.
    static let watching: [Case] = [
        Case(
            "a watch hears past changes first, then new ones",
            script: """
                > put /a one
                revision 1
                > put /a two
                revision 2
                > delete /a
                revision 3
                > watch w / after=1
                > heard w
                2 put /a two, was one of 1
                3 delete /a, was two of 2
                > put /a three
                revision 4
                > heard w
                4 put /a three
                """),
        Case(
            "a watch hears what lies under its prefix, and how far it is",
            script: """
                > put /a/1 one
                revision 1
                > put /b/1 one
                revision 2
                > watch a /a/ after=0
                > watch b /b/ after=0
                > watch late /a/ after=2
                > heard a
                1 put /a/1 one
                progress 2
                > heard b
                2 put /b/1 one
                > heard late
                progress 2
                > commit put=/a/2:x put=/b/2:y
                revision 3
                > put /a/1 two
                revision 4
                > put /c nothing
                revision 5
                > heard a
                3 put /a/2 x
                4 put /a/1 two, was one of 1
                progress 5
                > heard b
                3 put /b/2 y
                progress 4
                progress 5
                > heard late
                3 put /a/2 x
                4 put /a/1 two, was one of 1
                progress 5
                """),
        Case(
            "a refused transaction is not heard",
            script: """
                > put /a one
                revision 1
                > watch w / after=1
                > commit absent=/a put=/a:two
                conflict: /a = one (created 1, modified 1)
                > heard w
                progress 1
                """),
        Case(
            "a cancelled watch hears nothing more and leaves the others alone",
            script: """
                > watch w / after=0
                > watch v / after=0
                > put /a one
                revision 1
                > cancel w
                > put /a two
                revision 2
                > heard w
                progress 0
                1 put /a one
                > heard v
                progress 0
                1 put /a one
                2 put /a two, was one of 1
                > cancel w
                > cancel v
                """),
        Case(
            "a watch cannot start after a revision that has not happened",
            script: """
                > put /a one
                revision 1
                > watch w / after=2
                futureRevision
                """),
    ]
}
