package dev.berth.ops.meter;

import dev.berth.call.CallFormat;
import dev.berth.call.CallModel;
import dev.berth.call.ContainerSpec;
import dev.berth.call.SpecBuilder;
import java.time.Duration;
import java.util.Map;

/** Calls and containers of functions that only have a name. */
public final class Specs {
    private Specs() {}

    public static ContainerSpec spec(String fn) {
        return SpecBuilder.of(fn)
                .image("image-" + fn)
                .fnId(fn)
                .env(Map.of("SECRET", "do-not-show"))
                .extensions(Map.of("token", "do-not-show"))
                .memoryMiB(128)
                .cpuMillis(100)
                .build();
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
