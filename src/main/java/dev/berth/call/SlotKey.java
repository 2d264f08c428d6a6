package dev.berth.call;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The key of a slot queue: calls with equal keys may share containers. Opaque bytes, either the load
 * balancer's {@code slot_hash_id} or our own digest of the call.
 */
public final class SlotKey {
    private final byte[] bytes;
    private final int hash;

    public SlotKey(byte[] bytes) {
        this.bytes = bytes.clone();
        this.hash = Arrays.hashCode(bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Lower-case hex. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
