// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreContract {
    /// Revisions, compare-and-set, transactions of several keys.
    static let writing: [Case] = [
        Case(
            "a new store is empty and at revision zero",
            script: """
                > revisions
                newest 0, compacted 0
                > get /a
                /a does not exist
                > list /
                revision 0, 0 more
                """),
        Case(
            "each write takes the next revision, and keys remember when they were made",
            script: """
                > put /a one
                revision 1
                > put /b two
                revision 2
                > put /a three
                revision 3
                > get /a
                /a = three (created 1, modified 3)
                > delete /a
                revision 4
                > get /a
                /a does not exist
                > put /a four
                revision 5
                > get /a
                /a = four (created 5, modified 5)
                > revisions
                newest 5, compacted 0
                """),
        Case(
            "a transaction whose condition fails changes nothing and tells the present value",
            script: """
                > commit absent=/a put=/a:one
                revision 1
                > commit absent=/a put=/a:two
                conflict: /a = one (created 1, modified 1)
                > commit present=/b put=/b:two
                conflict: /b does not exist
                > commit unchanged=/b@1 put=/b:two
                conflict: /b does not exist
                > commit unchanged=/a@1 put=/a:two
                revision 2
                > commit unchanged=/a@1 put=/a:three
                conflict: /a = two (created 1, modified 2)
                > commit present=/a unchanged=/a@2 delete=/a
                revision 3
                > commit unchanged=/a@3 put=/a:four
                conflict: /a does not exist
                > commit absent=/a put=/a:five
                revision 4
                """),
        Case(
            "the first failed condition of several is the one that is told",
            script: """
                > commit put=/a:one put=/b:two
                revision 1
                > commit unchanged=/a@1 absent=/b present=/c put=/d:x
                conflict: /b = two (created 1, modified 1)
                > get /d
                /d does not exist
                """),
        Case(
            "all mutations of a transaction have one revision",
            script: """
                > put /c old
                revision 1
                > watch w / after=1
                > heard w
                progress 1
                > commit put=/a:one put=/b:two delete=/c delete=/none
                revision 2
                > heard w
                2 put /a one
                2 put /b two
                2 delete /c, was old of 1
                > list /
                /a = one (created 2, modified 2)
                /b = two (created 2, modified 2)
                revision 2, 0 more
                """),
        Case(
            "later mutations of a transaction see the earlier ones",
            script: """
                > watch w / after=0
                > commit put=/a:one put=/a:two delete=/a delete=/a put=/a:three
                revision 1
                > heard w
                progress 0
                1 put /a one
                1 put /a two, was one of 1
                1 delete /a, was two of 1
                1 put /a three
                > get /a
                /a = three (created 1, modified 1)
                > list / at=1
                /a = three (created 1, modified 1)
                revision 1, 0 more
                """),
        Case(
            "a transaction that changes nothing takes a revision too",
            script: """
                > delete /none
                revision 1
                > commit absent=/none
                revision 2
                > revisions
                newest 2, compacted 0
                > list /
                revision 2, 0 more
                """),
        Case(
            "empty values and keys that only differ in Unicode form are kept apart",
            script: """
                > put /e\u{301} decomposed
                revision 1
                > put /\u{e9} composed
                revision 2
                > commit put=/empty:
                revision 3
                > get /e\u{301}
                /e\u{301} = decomposed (created 1, modified 1)
                > list /
                /empty =  (created 3, modified 3)
                /e\u{301} = decomposed (created 1, modified 1)
                /\u{e9} = composed (created 2, modified 2)
                revision 3, 0 more
                """),
    ]
}
