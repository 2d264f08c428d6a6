package dev.berth.call;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Specifications for tests: of a plain function, but for what a test says. */
public final class SpecBuilder {
    private SlotKey key;
    private String image;
    private CallFormat format = CallFormat.HTTP_STREAM;
    private Map<String, String> env = Map.of();
    private long memoryMiB;
    private long cpuMillis;
    private long tmpfsMiB;
    private Duration idleTimeout = Duration.ofSeconds(30);
    private @Nullable String syslogUrl;
    private String appName = "app-name";
    private String fnId;
    private String path = "";
    private @Nullable String registryToken;
    private Map<String, String> extensions = Map.of();
    private @Nullable Boolean evictable;
    private SlotOptions options = SlotOptions.NONE;

    private SpecBuilder(SlotKey key, String image, String fnId) {
        this.key = key;
        this.image = image;
        this.fnId = fnId;
    }

    /** Of a function whose key is its name. */
    public static SpecBuilder of(String name) {
        return new SpecBuilder(key(name), "registry/" + name + ":1", "fn-" + name);
    }

    /** Like another, but for its application. */
    public static SpecBuilder like(ContainerSpec spec) {
        SpecBuilder like = new SpecBuilder(spec.key(), spec.image(), spec.fnId());
        like.format = spec.format();
        like.env = spec.env();
        like.memoryMiB = spec.memoryMiB();
        like.cpuMillis = spec.cpuMillis();
        like.tmpfsMiB = spec.tmpfsMiB();
        like.idleTimeout = spec.idleTimeout();
        like.syslogUrl = spec.syslogUrl();
        like.appName = spec.appName();
        like.path = spec.path();
        like.registryToken = spec.registryToken();
        like.extensions = spec.extensions();
        like.evictable = spec.evictable();
        like.options = spec.options();
        return like;
    }

    public static SlotKey key(String name) {
        return new SlotKey(name.getBytes(StandardCharsets.UTF_8));
    }

    public SpecBuilder key(SlotKey other) {
        key = other;
        return this;
    }

    public SpecBuilder image(String name) {
        image = name;
        return this;
    }

    public SpecBuilder format(CallFormat other) {
        format = other;
        return this;
    }

    public SpecBuilder env(Map<String, String> variables) {
        env = variables;
        return this;
    }

    public SpecBuilder memoryMiB(long size) {
        memoryMiB = size;
        return this;
    }

    public SpecBuilder cpuMillis(long thousandths) {
        cpuMillis = thousandths;
        return this;
    }

    public SpecBuilder tmpfsMiB(long size) {
        tmpfsMiB = size;
        return this;
    }

    public SpecBuilder idleTimeout(Duration length) {
        idleTimeout = length;
        return this;
    }

    public SpecBuilder syslogUrl(@Nullable String url) {
        syslogUrl = url;
        return this;
    }

    public SpecBuilder appName(String name) {
        appName = name;
        return this;
    }

    public SpecBuilder fnId(String id) {
        fnId = id;
        return this;
    }

    public SpecBuilder path(String route) {
        path = route;
        return this;
    }

    public SpecBuilder registryToken(@Nullable String token) {
        registryToken = token;
        return this;
    }

    public SpecBuilder extensions(Map<String, String> all) {
        extensions = all;
        return this;
    }

    /** Unless this is said, what reserves something is evictable. */
    public SpecBuilder evictable(boolean whether) {
        evictable = whether;
        return this;
    }

    public ContainerSpec build() {
        return new ContainerSpec(
                key,
                image,
                format,
                env,
                memoryMiB,
                cpuMillis,
                tmpfsMiB,
                idleTimeout,
                syslogUrl,
                "app",
                appName,
                fnId,
                path,
                registryToken,
                extensions,
                false,
                evictable == null ? memoryMiB + cpuMillis + tmpfsMiB > 0 : evictable,
                options);
    }
}
