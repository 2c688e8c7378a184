// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreContract {
    /// Compaction, by call.
    static let forgetting: [Case] = [
        Case(
            "compaction forgets the past and keeps the newest values",
            script: """
                > put /a one
                revision 1
                > put /b one
                revision 2
                > put /a two
                revision 3
                > delete /b
                revision 4
                > put /c one
                revision 5
                > compact 4
                > revisions
                newest 5, compacted 4
                > list / at=3
                compacted
                > list / at=4
                /a = two (created 1, modified 3)
                revision 4, 0 more
                > list /
                /a = two (created 1, modified 3)
                /c = one (created 5, modified 5)
                revision 5, 0 more
                > watch w / after=3
                compacted
                > watch w / after=4
                > heard w
                5 put /c one
                > get /a
                /a = two (created 1, modified 3)
                > compact 2
                > revisions
                newest 5, compacted 4
                > compact 6
                futureRevision
                > compact 5
                > list /
                /a = two (created 1, modified 3)
                /c = one (created 5, modified 5)
                revision 5, 0 more
                """),
        Case(
            "conditions and later changes know the kept values after compaction",
            script: """
                > put /a one
                revision 1
                > put /a two
                revision 2
                > delete /b
                revision 3
                > compact 3
                > commit unchanged=/a@2 put=/a:three
                revision 4
                > watch w / after=3
                > heard w
                4 put /a three, was two of 2
                > delete /a
                revision 5
                > compact 5
                > commit absent=/a put=/a:four
                revision 6
                > compact 6
                > list /
                /a = four (created 6, modified 6)
                revision 6, 0 more
                """),
        Case(
            "a running watch goes on over a compaction",
            script: """
                > watch w / after=0
                > put /a one
                revision 1
                > compact 1
                > put /a two
                revision 2
                > heard w
                progress 0
                1 put /a one
                2 put /a two, was one of 1
                """),
        Case(
            "revisions are not used again after all was deleted and compacted",
            script: """
                > put /a one
                revision 1
                > delete /a
                revision 2
                > compact 2
                > list /
                revision 2, 0 more
                > put /a two
                revision 3
                """),
    ]
}
