package dev.berth.ops.meter;

import dev.berth.call.CallFormat;
import dev.berth.call.CallModel;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SlotKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Calls and containers of functions that only have a name. */
public final class Specs {
    private Specs() {}

    public static ContainerSpec spec(String fn) {
        return new ContainerSpec(
                new SlotKey(fn.getBytes(StandardCharsets.UTF_8)),
                "image-" + fn,
                CallFormat.HTTP_STREAM,
                Map.of("SECRET", "do-not-show"),
                128,
                100,
                0,
                Duration.ofSeconds(30),
                null,
                "app",
                "app-name",
                fn,
                "",
                null,
                Map.of("token", "do-not-show"),
                false,
                true);
    }

    public static CallModel call(String fn) {
        return new CallModel(
                "id",
                "image-" + fn,
                false,
                "POST",
                "http://x/",
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                0,
                128,
                100,
                Map.of("SECRET", "do-not-show"),
                Map.of(),
                Map.of(),
                null,
                "app",
                "app-name",
                fn,
                "",
                CallFormat.HTTP_STREAM);
    }
}
