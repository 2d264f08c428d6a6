package dev.berth.config;

import java.time.Duration;
import java.util.List;

/**
 * Frame streams between verticles.
 *
 * @param windowBytes credit each half-stream starts with
 * @param maxFrameBytes largest piece sent in one bus message
 * @param pingInterval how often the other end of live streams is asked whether it is there
 * @param pingTimeout silence after which it is taken for dead
 */
public record StreamConfig(int windowBytes, int maxFrameBytes, Duration pingInterval, Duration pingTimeout) {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    static final Setting<Integer> WINDOW = Setting.of(
            "stream.window",
            SettingTypes.intSize(4 * KIB, 64 * MIB),
            256 * KIB,
            "Bytes of a body that may be under way between two parts of the runner, per call and direction.");

    static final Setting<Integer> MAX_FRAME = Setting.of(
            "stream.maxFrame",
            SettingTypes.intSize(KIB, 4 * MIB),
            64 * KIB,
            "Largest piece of a body that travels at once; at most the window.");

    static final Setting<Duration> PING_INTERVAL = Setting.of(
            "stream.pingInterval",
            SettingTypes.duration(Duration.ofMillis(10)),
            Duration.ofSeconds(2),
            "How often the other end of open streams is asked whether it is there.");

    static final Setting<Duration> PING_TIMEOUT = Setting.of(
            "stream.pingTimeout",
            SettingTypes.duration(Duration.ofMillis(20)),
            Duration.ofSeconds(10),
            "Silence after which the other end is taken for dead; longer than the interval.");

    static final List<Setting<?>> ALL = List.of(WINDOW, MAX_FRAME, PING_INTERVAL, PING_TIMEOUT);

    static StreamConfig read(Values values) {
        return new StreamConfig(
                values.get(WINDOW), values.get(MAX_FRAME), values.get(PING_INTERVAL), values.get(PING_TIMEOUT));
    }

    public StreamConfig {
        new Problems()
                .require(
                        maxFrameBytes <= windowBytes,
                        "stream.maxFrame",
                        ByteSizes.print(maxFrameBytes),
                        "at most stream.window = " + ByteSizes.print(windowBytes))
                .require(
                        pingTimeout.compareTo(pingInterval) > 0,
                        "stream.pingTimeout",
                        Durations.print(pingTimeout),
                        "longer than stream.pingInterval = " + Durations.print(pingInterval))
                .throwIfAny();
    }
}
