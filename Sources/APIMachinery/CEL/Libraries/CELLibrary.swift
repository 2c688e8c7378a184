// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The functions that expressions may call, as declarations.
public enum CELLibrary {
    /// All that Kubernetes 1.36 has in every expression: the standard functions of cel-spec, cel-go's extensions for
    /// optional values, strings, sets and comprehensions over two variables, and Kubernetes' own libraries.
    public static let kubernetes: CELFunctions = {
        var functions = CELFunctions(operators + comparisons + conversions + standard + times)
        functions.add(CELFunctions(optional + strings + lists + kubernetesTypes + addresses + authorizer))
        return functions
    }()

    /// What mutating admission policies have beyond that.
    public static let jsonPatch = CELFunctions("`jsonpatch.escapeKey`(string) string\n")

    /// One declaration for each type: `%` stands for it.
    private static func each(_ types: [String], _ declaration: String) -> String {
        types.map { type in
            declaration.split(separator: "%", omittingEmptySubsequences: false).joined(separator: type) + "\n"
        }.joined()
    }

    private static let operators = """
        `_?_:_`(bool,A,A) A
        `_&&_`(bool,bool) bool
        `_||_`(bool,bool) bool
        `!_`(bool) bool
        `@not_strictly_false`(bool) bool
        `_==_`(A,A) bool
        `_!=_`(A,A) bool
        `_+_`(bytes,bytes) bytes
        `_+_`(double,double) double
        `_+_`(duration,duration) duration
        `_+_`(duration,timestamp) timestamp
        `_+_`(timestamp,duration) timestamp
        `_+_`(int,int) int
        `_+_`(list<A>,list<A>) list<A>
        `_+_`(string,string) string
        `_+_`(uint,uint) uint
        `_-_`(double,double) double
        `_-_`(duration,duration) duration
        `_-_`(int,int) int
        `_-_`(timestamp,duration) timestamp
        `_-_`(timestamp,timestamp) duration
        `_-_`(uint,uint) uint
        `_*_`(double,double) double
        `_*_`(int,int) int
        `_*_`(uint,uint) uint
        `_/_`(double,double) double
        `_/_`(int,int) int
        `_/_`(uint,uint) uint
        `_%_`(int,int) int
        `_%_`(uint,uint) uint
        `-_`(double) double
        `-_`(int) int
        `@in`(A,list<A>) bool
        `@in`(A,map<A,B>) bool
        `_[_]`(list<A>,int) A
        `_[_]`(map<A,B>,A) B

        """

    /// Of two values of one type, and of numbers of two types.
    private static let comparisons: String = {
        let types = ["bool", "int", "double", "string", "uint", "bytes", "timestamp", "duration"]
        let numbers = ["int,double", "int,uint", "uint,double", "uint,int", "double,int", "double,uint"]
        return ["_<_", "_<=_", "_>_", "_>=_"].map { name in
            each(types.map { "\($0),\($0)" } + numbers, "`\(name)`(%) bool")
        }.joined()
    }()

    private static let conversions: String = {
        let sources: [(String, [String])] = [
            ("bool", ["bool", "string"]), ("bytes", ["bytes", "string"]),
            ("double", ["double", "int", "string", "uint"]), ("duration", ["duration", "int", "string"]),
            ("int", ["int", "double", "duration", "string", "timestamp", "uint"]),
            ("string", ["string", "bool", "bytes", "double", "duration", "int", "timestamp", "uint"]),
            ("timestamp", ["timestamp", "int", "string"]), ("uint", ["uint", "double", "int", "string"]),
        ]
        return sources.map { name, types in each(types, "\(name)(%) \(name)") }.joined()
            + "dyn(A) dyn\ntype(A) type<A>\n"
    }()

    private static let standard =
        each(["bytes", "list<A>", "map<A,B>", "string"], "size(%) int")
        + each(["bytes", "list<A>", "map<A,B>", "string"], "%.size() int")
        + each(["contains", "endsWith", "startsWith", "matches"], "string.%(string) bool")
        + "matches(string,string) bool\n"

    private static let times: String = {
        let parts = ["getHours", "getMinutes", "getSeconds", "getMilliseconds"]
        let days = [
            "getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek",
        ]
        return each(days + parts, "timestamp.%() int") + each(days + parts, "timestamp.%(string) int")
            + each(parts, "duration.%() int")
    }()

    private static let optional = """
        `optional.of`(A) optional<A>
        `optional.ofNonZeroValue`(A) optional<A>
        `optional.none`() optional<A>
        `optional.unwrap`(list<optional<A>>) list<A>
        list<optional<A>>.unwrapOpt() list<A>
        optional<A>.value() A
        optional<A>.hasValue() bool
        optional<A>.or(optional<A>) optional<A>
        optional<A>.orValue(A) A
        list<A>.first() optional<A>
        list<A>.last() optional<A>
        `_[_]`(optional<list<A>>,int) optional<A>
        `_[_]`(optional<map<A,B>>,A) optional<B>
        `_[?_]`(list<A>,int) optional<A>
        `_[?_]`(optional<list<A>>,int) optional<A>
        `_[?_]`(map<A,B>,A) optional<B>
        `_[?_]`(optional<map<A,B>>,A) optional<B>
        `cel.@mapInsert`(map<A,B>,A,B) map<A,B>
        `cel.@mapInsert`(map<A,B>,map<A,B>) map<A,B>

        """

    private static let strings = """
        string.charAt(int) string
        string.indexOf(string) int
        string.indexOf(string,int) int
        string.lastIndexOf(string) int
        string.lastIndexOf(string,int) int
        string.lowerAscii() string
        string.upperAscii() string
        string.replace(string,string) string
        string.replace(string,string,int) string
        string.split(string) list<string>
        string.split(string,int) list<string>
        string.substring(int) string
        string.substring(int,int) string
        string.trim() string
        string.format(list<dyn>) string
        `strings.quote`(string) string
        list<string>.join() string
        list<string>.join(string) string
        string.find(string) string
        string.findAll(string) list<string>
        string.findAll(string,int) list<string>

        """

    private static let lists: String = {
        let ordered = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"]
        return each(ordered, "list<%>.isSorted() bool") + each(ordered, "list<%>.min() %")
            + each(ordered, "list<%>.max() %") + each(["int", "uint", "double", "duration"], "list<%>.sum() %")
                + """
                list<A>.indexOf(A) int
                list<A>.lastIndexOf(A) int
                `sets.contains`(list<A>,list<A>) bool
                `sets.equivalent`(list<A>,list<A>) bool
                `sets.intersects`(list<A>,list<A>) bool

                """
    }()
}
