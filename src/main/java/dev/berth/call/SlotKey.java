package dev.berth.call;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The key of a slot queue: calls with equal keys may share containers. Opaque bytes, either the load
 * balancer's {@code slot_hash_id} or our own digest of the call.
 */
public final class SlotKey {
    // FNV-1a, then one round of mixing: its high bits depend too little on the last bytes.
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long MIX = 0xff51afd7ed558ccdL;

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

    /**
     * 64 bits that stand for the key between nodes, the same on every one of them. Keys that share it are taken for
     * one in hints, never where a slot is granted.
     */
    public long hash64() {
        long mixed = FNV_OFFSET;
        for (byte each : bytes) {
            mixed = (mixed ^ (each & 0xFF)) * FNV_PRIME;
        }
        mixed = (mixed ^ (mixed >>> 33)) * MIX;
        return mixed ^ (mixed >>> 29);
    }

    /** Lower-case hex. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
