package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one peer last said it has, less what was sent there since. Old when it arrives: only the peer knows. Every
 * digest starts the account of what was sent anew.
 */
final class Hints {
    private final Map<Long, Entry> entries = new HashMap<>();
    private final Map<Long, Integer> debits = new HashMap<>();
    private long version;
    private long takenNanos;
    private boolean draining;
    private long freeMemoryBytes;
    private long freeCpuMillis;
    private int load;
    private int launchDebits;

    /** 0: nothing is held. */
    long version() {
        return version;
    }

    boolean isEmpty() {
        return version == 0;
    }

    void clear() {
        version = 0;
        entries.clear();
        debits.clear();
        launchDebits = 0;
    }

    /**
     * Takes over a digest that follows the one held, or a full one that is newer.
     *
     * @return false: it is older, or something between is missing, or it lists too much
     */
    boolean take(Digest digest, long nowNanos) {
        boolean follows = digest.full() || digest.base() == version;
        if (digest.version() <= version || !follows) {
            return false;
        }
        if (digest.full()) {
            entries.clear();
        }
        for (Entry entry : digest.entries()) {
            put(entry);
        }
        version = digest.version();
        takenNanos = nowNanos;
        draining = digest.draining();
        freeMemoryBytes = digest.freeMemoryBytes();
        freeCpuMillis = digest.freeCpuMillis();
        load = digest.load();
        debits.clear();
        launchDebits = 0;
        return true;
    }

    /** What a refusal says of one queue counts until the next digest. */
    void put(Entry entry) {
        if (entry.isGone()) {
            entries.remove(entry.hash());
        } else if (entries.size() < ClusterMessage.MAX_ENTRIES || entries.containsKey(entry.hash())) {
            entries.put(entry.hash(), entry);
        }
        debits.remove(entry.hash());
    }

    @Nullable
    Entry entry(long hash) {
        return entries.get(hash);
    }

    /** A call was sent to an existing container of this queue. */
    void debit(long hash) {
        debits.merge(hash, 1, Integer::sum);
    }

    int debited(long hash) {
        return debits.getOrDefault(hash, 0);
    }

    /** A call was sent for which the peer may launch a container. */
    void debitLaunch(long memoryBytes, long cpuMillis) {
        freeMemoryBytes = Math.max(0, freeMemoryBytes - memoryBytes);
        freeCpuMillis = Math.max(0, freeCpuMillis - cpuMillis);
        launchDebits++;
    }

    int launchDebits() {
        return launchDebits;
    }

    boolean isDraining() {
        return draining;
    }

    boolean hasRoom(long memoryBytes, long cpuMillis) {
        return freeMemoryBytes >= memoryBytes && freeCpuMillis >= cpuMillis;
    }

    long freeMemoryBytes() {
        return freeMemoryBytes;
    }

    long freeCpuMillis() {
        return freeCpuMillis;
    }

    /** Thousandths of the slots in use. */
    int load() {
        return load;
    }

    int size() {
        return entries.size();
    }

    long takenNanos() {
        return takenNanos;
    }
}
