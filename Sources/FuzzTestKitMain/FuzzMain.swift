// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import FuzzTestKit

/// Feeds made-up input to everything that reads input from outside, for a limited time.
///
///     martlet-fuzz CORPUS [SECONDS [SEED [TARGET [ITERATION]]]]
///
/// The seed is printed; with a target and an iteration that one input is run again. Ends with 1 where something was found; where
/// an input ends the process, the signal handler says which one it was.
@main
enum FuzzMain {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            say("usage: martlet-fuzz CORPUS [SECONDS [SEED [TARGET [ITERATION]]]]")
            exit(2)
        }
        let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 60 : 60
        let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 0 : UInt64.random(in: 1 ... .max)
        let name = arguments.count > 4 ? arguments[4] : ""
        let targets = FuzzTarget.all.filter { name.isEmpty || $0.name == name }
        guard !targets.isEmpty else {
            say("no target \(name); there are: " + FuzzTarget.all.map(\.name).joined(separator: " "))
            exit(2)
        }
        say("seed \(seed), \(seconds) s, \(targets.count) targets")
        CrashReport.install(targets.map(\.name))
        do {
            let folder = URL(fileURLWithPath: arguments[1])
            let runs = try targets.map {
                FuzzRun($0, seed: seed, corpus: try FuzzCorpus.read($0.name, in: folder))
            }
            if arguments.count > 5, let iteration = UInt64(arguments[5]) { again(runs, iteration) }
            exit(run(runs, .seconds(seconds)) ? 0 : 1)
        } catch {
            say("cannot read the corpus: \(error)")
            exit(2)
        }
    }

    /// One write for each line, so that nothing is lost when the process ends.
    private static func say(_ line: some CustomStringConvertible) {
        let bytes = Array("\(line)\n".utf8)
        write(STDOUT_FILENO, bytes, bytes.count)
    }

    private static func again(_ runs: [FuzzRun], _ iteration: UInt64) -> Never {
        CrashReport.iteration = iteration
        guard let find = runs.first?.step(iteration) else {
            say("nothing found")
            exit(0)
        }
        say(find)
        exit(1)
    }

    /// Takes turns between the targets until the time is over or ten finds were made.
    private static func run(_ runs: [FuzzRun], _ time: Duration) -> Bool {
        let end = ContinuousClock.now + time
        var finds = 0
        var iteration: UInt64 = 0
        while ContinuousClock.now < end, finds < 10 {
            for (index, run) in runs.enumerated() {
                CrashReport.target = index
                for next in iteration..<iteration + 50 {
                    CrashReport.iteration = next
                    guard let find = run.step(next) else { continue }
                    finds += 1
                    say("FOUND \(find)")
                    break
                }
            }
            iteration += 50
        }
        say("\(iteration * UInt64(runs.count)) inputs, \(finds) finds")
        return finds == 0
    }
}
