package dev.berth.call;

import dev.berth.config.CallConfig;
import dev.berth.error.ErrorCode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns a call document into what the registry and the worker need. Thread-safe. */
public final class CallFactory {
    /** Where a function listens. Part of every slot hash; set by the engine. */
    public static final String LISTENER = "FN_LISTENER";

    private static final String FORMAT = "FN_FORMAT";
    private static final String HTTP_STREAM = "http-stream";
    private static final String LISTENER_ADDRESS = "unix:/tmp/iofs/lsnr.sock";
    private static final String REGISTRY_TOKEN = "FN_REGISTRY_TOKEN";

    private static final int STATUS_KEY_BYTES = 33;

    /** The most that can be written in bytes. More than any machine has, so a call for it is refused. */
    private static final long MAX_MIB = Long.MAX_VALUE >> 20;

    private final CallConfig config;
    private final @Nullable String statusImage;
    private final long leastMemoryMiB;

    private final IgnoredAnnotations ignored = new IgnoredAnnotations();

    /** Nobody can ask for this slot key: it is known here only. */
    private final byte[] statusKey = new byte[STATUS_KEY_BYTES];

    /**
     * @param statusImage the image only the status check may use; null: there is none
     * @param leastMemoryMiB what the engine wants a container's memory to be at least, where it is limited
     */
    public CallFactory(CallConfig config, @Nullable String statusImage, long leastMemoryMiB) {
        this.config = config;
        this.statusImage = statusImage;
        this.leastMemoryMiB = leastMemoryMiB;
        new SecureRandom().nextBytes(statusKey);
    }

    /**
     * What the call's container is made from.
     *
     * @param slotHashId the load balancer's slot key; empty: our own is used
     * @throws dev.berth.error.RunnerException INVALID_IMAGE for the status image, INVALID_SLOT_HASH,
     *     DETACH_UNSUPPORTED, INVALID_CALL, INVALID_SYSLOG_URL
     */
    public ContainerSpec spec(CallModel model, byte[] slotHashId, Map<String, String> extensions) {
        if (model.image().equals(statusImage)) {
            throw ErrorCode.INVALID_IMAGE.exception();
        }
        if (model.detached() && !config.detached()) {
            throw ErrorCode.DETACH_UNSUPPORTED.exception();
        }
        if (model.memoryMiB() > 0 && model.memoryMiB() < leastMemoryMiB) {
            throw CallTexts.invalid("memory must be " + leastMemoryMiB + " MiB or more, or 0 for no limit");
        }
        String syslogUrl = syslogUrl(model);
        Map<String, String> env = env(model, extensions);
        SlotKey key = slotHashId.length > 0
                ? SlotHash.decode(slotHashId)
                : SlotHash.of(model, env, extensions, config.passedExtensions());
        boolean cold = model.format() == CallFormat.DEFAULT;
        if (model.format() == CallFormat.HTTP_STREAM) {
            env.remove(LISTENER);
        } else if (cold) {
            key = ColdCall.key();
            env.putAll(ColdCall.env(model, Instant.now().plus(model.timeout())));
        }
        SystemLimits.checkEnvironment(env);
        ignored.tell(model);
        String token = extensions.get(REGISTRY_TOKEN);
        return new ContainerSpec(
                key,
                model.image(),
                model.format(),
                env,
                Math.min(model.memoryMiB(), MAX_MIB - model.tmpfsMiB()),
                model.cpuMillis(),
                model.tmpfsMiB(),
                cold ? ColdCall.IDLE_TIMEOUT : model.idleTimeout(),
                syslogUrl,
                model.appId(),
                model.appName(),
                model.fnId(),
                model.path(),
                token == null || token.isEmpty() ? null : token,
                extensions,
                false,
                model.memoryMiB() > 0 || model.tmpfsMiB() > 0 || model.cpuMillis() > 0,
                SlotOptions.of(model.annotations()));
    }

    /**
     * Where the output goes, in the one way to write it; null: nowhere. Whoever sends it there may be root on this
     * machine: a socket of its file system must be one that the settings allow.
     */
    private @Nullable String syslogUrl(CallModel model) {
        String url = model.syslogUrl();
        if (url == null || url.isBlank()) {
            return null;
        }
        List<SyslogAddress> addresses =
                model.format() == CallFormat.HTTP_STREAM ? List.of(SyslogAddress.parse(url)) : SyslogAddress.list(url);
        for (SyslogAddress address : addresses) {
            if (address.transport().isFile() && !config.syslogSockets().contains(address.host())) {
                throw ErrorCode.INVALID_SYSLOG_URL.exception(ErrorCode.INVALID_SYSLOG_URL.text() + ": "
                        + HttpSyntax.printable(address.host()) + " is not one of call.syslogSockets");
            }
        }
        return addresses.stream().map(SyslogAddress::toString).collect(Collectors.joining(","));
    }

    private Map<String, String> env(CallModel model, Map<String, String> extensions) {
        Map<String, String> env = new HashMap<>(model.config());
        env.putAll(config.extraEnv());
        for (String name : config.passedExtensions()) {
            String value = extensions.get(name);
            if (value != null) {
                env.put(name, CallTexts.checkExtension(name, value));
            }
        }
        if (model.format() == CallFormat.HTTP_STREAM) {
            env.put(LISTENER, LISTENER_ADDRESS);
            env.put(FORMAT, HTTP_STREAM);
        }
        return env;
    }

    /**
     * What the container of a status check is made from: it fits always, and is neither shared with calls nor
     * evicted.
     */
    public ContainerSpec statusSpec(String image, Duration idleTimeout, boolean networkDisabled) {
        byte[] key = statusKey.clone();
        key[0] = (byte) (networkDisabled ? 1 : 0);
        return new ContainerSpec(
                new SlotKey(key),
                image,
                CallFormat.HTTP_STREAM,
                Map.of(FORMAT, HTTP_STREAM),
                0,
                0,
                0,
                idleTimeout,
                null,
                "",
                "",
                "",
                "",
                null,
                Map.of(),
                networkDisabled,
                false,
                SlotOptions.NONE);
    }

    /** The call as its function sees it. */
    public CallRequest request(CallModel model, Instant deadline, @Nullable String requestId) {
        return new CallRequest(
                model.id(),
                model.appId(),
                model.fnId(),
                model.method(),
                model.url(),
                model.format() == CallFormat.HTTP_STREAM
                        ? HopByHop.strip(model.headers())
                        : HopByHop.all(model.headers()),
                deadline,
                requestId,
                config.fullDuplex());
    }
}
