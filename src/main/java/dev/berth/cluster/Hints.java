package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.Entry;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one peer last said it has, less what was sent there since. Old when it arrives: only the peer knows. Every
 * digest starts the account of what was sent anew.
 */
final class Hints {
    private Map<Long, Entry> entries = new HashMap<>();
    /** What refusals have told since the digest. */
    private final Map<Long, Entry> fresh = new HashMap<>();
    /** Others read the entries too: they are not to be changed, but replaced. */
    private boolean shared;

    private final Map<Long, Integer> debits = new HashMap<>();
    private long version;
    private long takenNanos;
    private long fullNanos;
    private boolean doubted;
    private boolean draining;
    private long digestMemoryBytes;
    private long digestCpuMillis;
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
        doubted = false;
        forgetEntries();
        fresh.clear();
        debits.clear();
        launchDebits = 0;
    }

    private void forgetEntries() {
        entries = new HashMap<>();
        shared = false;
    }

    /**
     * The digest that is held, without what was sent or refused since. Of a copy that nobody changes, any thread may
     * make another.
     */
    Hints copy() {
        if (!shared) {
            shared = true;
        }
        Hints copy = new Hints();
        copy.entries = entries;
        copy.shared = true;
        copy.version = version;
        copy.takenNanos = takenNanos;
        copy.fullNanos = fullNanos;
        copy.draining = draining;
        copy.freeMemoryBytes = digestMemoryBytes;
        copy.freeCpuMillis = digestCpuMillis;
        copy.digestMemoryBytes = digestMemoryBytes;
        copy.digestCpuMillis = digestCpuMillis;
        copy.load = load;
        return copy;
    }

    /** Whether both hold one and the same digest. */
    boolean sameAs(Hints other) {
        return version == other.version && takenNanos == other.takenNanos;
    }

    /**
     * Takes over a digest that follows the one held, or a full one that is newer.
     *
     * @return false: it is older, or something between is missing, or it lists too much
     */
    boolean take(Digest digest, long nowNanos) {
        boolean follows = digest.full() || digest.base() == version;
        boolean again = doubted && digest.full() && digest.version() == version;
        if ((digest.version() <= version && !again) || !follows) {
            return false;
        }
        if (digest.full()) {
            forgetEntries();
            fullNanos = nowNanos;
            doubted = false;
        }
        if (shared) {
            entries = new HashMap<>(entries);
            shared = false;
        }
        for (Entry entry : digest.entries()) {
            store(entry);
        }
        fresh.clear();
        version = digest.version();
        takenNanos = nowNanos;
        draining = digest.draining();
        digestMemoryBytes = digest.freeMemoryBytes();
        digestCpuMillis = digest.freeCpuMillis();
        freeMemoryBytes = digestMemoryBytes;
        freeCpuMillis = digestCpuMillis;
        load = digest.load();
        debits.clear();
        launchDebits = 0;
        return true;
    }

    /** A full digest counts now even if it is no newer than what is held. */
    void doubt() {
        doubted = true;
    }

    /** When the last full digest was taken. */
    long fullNanos() {
        return fullNanos;
    }

    private void store(Entry entry) {
        if (entry.isGone()) {
            entries.remove(entry.hash());
        } else if (entries.size() < ClusterMessage.MAX_ENTRIES || entries.containsKey(entry.hash())) {
            entries.put(entry.hash(), entry);
        }
    }

    /** What a refusal says of one queue counts until the next digest. */
    void put(Entry entry) {
        fresh.put(entry.hash(), entry);
        debits.remove(entry.hash());
    }

    @Nullable
    Entry entry(long hash) {
        Entry refusal = fresh.get(hash);
        if (refusal == null) {
            return entries.get(hash);
        }
        return refusal.isGone() ? null : refusal;
    }

    /** As of the digest. */
    Collection<Entry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    /** It has refused to start a container. */
    void noRoom() {
        freeMemoryBytes = -1;
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
