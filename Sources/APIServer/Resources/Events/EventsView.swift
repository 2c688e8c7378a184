// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == EventsEvent {
    /// `events.k8s.io` shows the events of the core group: one stored kind, two views.
    ///
    /// - Parameter timeToLive: `--event-ttl`.
    static func groupEvents(timeToLive: Duration) -> Self {
        Self(prefix: "events").with {
            $0.validateName = ObjectMetaRules.pathSegmentName
            $0.createsOnUpdate = true
            $0.timeToLive = timeToLive
            $0.isView = true
            $0.decode = { EventsEvent(try JSONCoding.decode(Event.self, from: $0)) }
            $0.encode = { Event($0).encode(json: &$1) }
        }
    }
}

extension EventsEvent {
    /// The event as `events.k8s.io` shows it.
    init(_ event: Event) {
        self.init {
            $0.metadata = event.metadata
            $0.eventTime = event.eventTime
            $0.series = event.series.map { series in
                EventsEventSeries {
                    $0.count = series.count
                    $0.lastObservedTime = series.lastObservedTime
                }
            }
            $0.reportingController = event.reportingComponent
            $0.reportingInstance = event.reportingInstance
            $0.action = event.action
            $0.reason = event.reason
            $0.regarding = event.involvedObject
            $0.related = event.related
            $0.note = event.message
            $0.type = event.type
            $0.deprecatedSource = event.source
            $0.deprecatedFirstTimestamp = event.firstTimestamp
            $0.deprecatedLastTimestamp = event.lastTimestamp
            $0.deprecatedCount = event.count
        }
    }
}

extension Event {
    /// The event as it is stored.
    init(_ event: EventsEvent) {
        self.init {
            $0.metadata = event.metadata
            $0.eventTime = event.eventTime
            $0.series = event.series.map { series in
                EventSeries {
                    $0.count = series.count
                    $0.lastObservedTime = series.lastObservedTime
                }
            }
            $0.reportingComponent = event.reportingController
            $0.reportingInstance = event.reportingInstance
            $0.action = event.action
            $0.reason = event.reason
            $0.involvedObject = event.regarding
            $0.related = event.related
            $0.message = event.note
            $0.type = event.type
            $0.source = event.deprecatedSource
            $0.firstTimestamp = event.deprecatedFirstTimestamp
            $0.lastTimestamp = event.deprecatedLastTimestamp
            $0.count = event.deprecatedCount
        }
    }
}
