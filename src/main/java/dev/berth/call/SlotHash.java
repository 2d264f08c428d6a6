package dev.berth.call;

import dev.berth.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Slot keys. A load balancer's own key is believed; without one it is a SHA-256 over everything that makes
 * two calls' containers interchangeable: application, function, route, image, format, limits, time-outs,
 * where output goes, environment, annotations, but for {@link SlotOptions} that may change while containers stay, and the
 * extensions that are passed on.
 *
 * <p>Every part is preceded by its length, and every map by its size, so no two inputs run together.
 */
public final class SlotHash {
    private final MessageDigest digest = sha256();
    private final byte[] number = new byte[Long.BYTES];

    private SlotHash() {}

    /** The load balancer's key: hex, or from old balancers the bytes themselves. INVALID_SLOT_HASH otherwise. */
    static SlotKey decode(byte[] id) {
        for (byte b : id) {
            if (b < 0) {
                return new SlotKey(id);
            }
        }
        try {
            return new SlotKey(HexFormat.of().parseHex(new String(id, StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException notHex) {
            throw ErrorCode.INVALID_SLOT_HASH.exception();
        }
    }

    /**
     * Our own key for a call.
     *
     * @param env the containers' environment
     * @param extensions the call's extensions
     * @param passed names of the extensions that containers get to see
     */
    static SlotKey of(CallModel model, Map<String, String> env, Map<String, String> extensions, Set<String> passed) {
        SlotHash hash = new SlotHash();
        hash.add(model.appId())
                .add(model.fnId())
                .add(model.path())
                .add(model.image())
                .add(model.format().name())
                .add(model.syslogUrl() == null ? "" : model.syslogUrl())
                .add(model.timeout().toSeconds())
                .add(model.idleTimeout().toSeconds())
                .add(model.tmpfsMiB())
                .add(model.memoryMiB())
                .add(model.cpuMillis())
                .add(env, env.keySet())
                .add(model.annotations(), SlotOptions.ofContainers(model.annotations()));
        if (!passed.isEmpty()) {
            hash.add(extensions, passed);
        }
        return new SlotKey(hash.digest.digest());
    }

    private SlotHash add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    private SlotHash add(long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            number[i] = (byte) (value >>> (8 * i));
        }
        digest.update(number);
        return this;
    }

    private SlotHash add(Map<String, String> map, Set<String> keys) {
        List<String> sorted = new ArrayList<>(keys.size());
        for (String key : keys) {
            if (map.containsKey(key)) {
                sorted.add(key);
            }
        }
        sorted.sort(null);
        add(sorted.size());
        for (String key : sorted) {
            add(key).add(map.getOrDefault(key, ""));
        }
        return this;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJreHasIt) {
            throw new IllegalStateException(everyJreHasIt);
        }
    }
}
