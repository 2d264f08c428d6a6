package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * The {@code node} section: what is set, and the settings themselves.
 *
 * @param id name of this node in a cluster, in bus addresses and in Status
 * @param eventLoops event-loop threads; ingress and worker verticles are deployed once per loop
 * @param drainTimeout how long a stop waits for calls in flight; negative: without limit
 * @param rehearsalCalls calls made in the background after the start to warm up; 0: none
 */
public record NodeConfig(String id, int eventLoops, Duration drainTimeout, int rehearsalCalls) {
    private static final int MAX_ID_LENGTH = 63;

    static final Setting<String> ID = Setting.derived(
            "node.id",
            SettingTypes.string()
                    .where(
                            "1 to 63 letters, digits and dashes",
                            id -> id.matches("[A-Za-z0-9-]{1," + MAX_ID_LENGTH + "}")),
            environment -> cleanId(HostName.find()),
            "the host's name",
            "Name of this node in a cluster, in logs and in Status.");

    static final Setting<Integer> EVENT_LOOPS = Setting.derived(
            "node.eventLoops",
            SettingTypes.integer(1, 1024),
            environment -> eventLoops(Runtime.getRuntime().availableProcessors()),
            "half the processors",
            "Event-loop threads. Each runs one ingress and one worker. More threads than the functions leave"
                    + " processors free cost latency; the performance page has measurements.");

    static final Setting<Duration> DRAIN_TIMEOUT = Setting.of(
            "node.drainTimeout",
            SettingTypes.durationOr(Durations.NEVER, Duration.ZERO),
            Duration.ofMinutes(5),
            "How long a stop waits for calls in flight before it cuts them off; never: as long as they take. The"
                    + " default is as long as a call may last by default. A supervisor that kills after a time of its"
                    + " own should be given five seconds more.");

    static final Setting<Integer> REHEARSAL_CALLS = Setting.of(
            "node.rehearsalCalls",
            SettingTypes.integer(0, 1_000_000),
            8_000,
            "Calls that the runner makes to itself once its port is open, so that the first real ones find compiled"
                    + " code: through a private port on 127.0.0.1 and with stand-ins for functions. They give way to"
                    + " real calls, take 8 s of processor time at most and are not counted anywhere; 0: none.");

    static final List<Setting<?>> ALL = List.of(ID, EVENT_LOOPS, DRAIN_TIMEOUT, REHEARSAL_CALLS);

    static NodeConfig read(Values values) {
        return new NodeConfig(
                values.get(ID), values.get(EVENT_LOOPS), values.get(DRAIN_TIMEOUT), values.get(REHEARSAL_CALLS));
    }

    /** Whatever is no letter or digit becomes a dash. */
    static String cleanId(String name) {
        String clean = name.replaceAll("[^A-Za-z0-9]+", "-");
        String cut = clean.substring(0, Math.min(clean.length(), MAX_ID_LENGTH)).replaceAll("^-+|-+$", "");
        return cut.isEmpty() ? "berth" : cut;
    }

    /** On one or two processors one loop: the functions need the rest. */
    static int eventLoops(int processors) {
        return processors <= 2 ? 1 : processors / 2;
    }
}
