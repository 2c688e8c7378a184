// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension StoreContract {
    /// Lists: order, prefix, pages, past revisions.
    static let reading: [Case] = [
        Case(
            "a list holds the keys under the prefix in the order of their bytes",
            script: """
                > commit put=/a/b:1 put=/a/B:2 put=/a/a:3 put=/a:4 put=/ab:5 put=/a/b/c:6 put=/a/b-c:7
                revision 1
                > list /a/
                /a/B = 2 (created 1, modified 1)
                /a/a = 3 (created 1, modified 1)
                /a/b = 1 (created 1, modified 1)
                /a/b-c = 7 (created 1, modified 1)
                /a/b/c = 6 (created 1, modified 1)
                revision 1, 0 more
                > list /a/b/
                /a/b/c = 6 (created 1, modified 1)
                revision 1, 0 more
                > list /x
                revision 1, 0 more
                """),
        Case(
            "pages follow each other, say how much is left, and can stay at one revision",
            script: """
                > commit put=/a:1 put=/b:2 put=/c:3 put=/d:4 put=/e:5
                revision 1
                > list / limit=2
                /a = 1 (created 1, modified 1)
                /b = 2 (created 1, modified 1)
                revision 1, 3 more
                > commit put=/c:new delete=/d put=/ba:6
                revision 2
                > list / limit=2 after=/b at=1
                /c = 3 (created 1, modified 1)
                /d = 4 (created 1, modified 1)
                revision 1, 1 more
                > list / limit=2 after=/d at=1
                /e = 5 (created 1, modified 1)
                revision 1, 0 more
                > list / limit=2 after=/b
                /ba = 6 (created 2, modified 2)
                /c = new (created 1, modified 2)
                revision 2, 1 more
                > list / limit=0
                revision 2, 5 more
                > list / after=/z
                revision 2, 0 more
                > list /b after=/a
                /b = 2 (created 1, modified 1)
                /ba = 6 (created 2, modified 2)
                revision 2, 0 more
                """),
        Case(
            "a list at a past revision shows what was there then",
            script: """
                > put /a one
                revision 1
                > put /a two
                revision 2
                > delete /a
                revision 3
                > put /a three
                revision 4
                > list / at=1
                /a = one (created 1, modified 1)
                revision 1, 0 more
                > list / at=2
                /a = two (created 1, modified 2)
                revision 2, 0 more
                > list / at=3
                revision 3, 0 more
                > list / at=4
                /a = three (created 4, modified 4)
                revision 4, 0 more
                > list / at=0
                revision 0, 0 more
                """),
        Case(
            "a revision that has not happened cannot be read",
            script: """
                > put /a one
                revision 1
                > list / at=2
                futureRevision
                """),
    ]
}
