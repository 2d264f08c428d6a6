package dev.berth.cluster;

import dev.berth.bus.Addresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whom the bus can reach, and so who answers for the addresses {@code berth.<incarnation>.…}: every member, and who
 * was one less than {@value #KEPT_SECONDS} s ago, for a stopped node leaves the members and comes back with the same
 * incarnation. May be asked by any thread; {@link #replace} and {@link #forget} mend by the next turn what two
 * threads at once would leave.
 */
final class Roster {
    private static final int KEPT_SECONDS = 60;
    private static final long KEPT_NANOS = KEPT_SECONDS * 1_000_000_000L;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    /** @param goneNanos since when it is no member; null: it is one */
    private record Entry(Member member, @Nullable Long goneNanos, Set<String> askedFor) {}

    void replace(List<Member> members, long nowNanos) {
        Set<String> present = new HashSet<>();
        for (Member member : members) {
            present.add(member.incarnation());
            entries.compute(
                    member.incarnation(),
                    (id, old) -> new Entry(member, null, old == null ? ConcurrentHashMap.newKeySet() : old.askedFor));
        }
        for (String id : entries.keySet()) {
            if (!present.contains(id)) {
                entries.computeIfPresent(
                        id, (key, old) -> old.goneNanos == null ? new Entry(old.member, nowNanos, old.askedFor) : old);
            }
        }
    }

    /** Those who left long ago are gone for good. Returns the addresses of theirs that somebody has asked for. */
    List<String> forget(long nowNanos) {
        List<String> addresses = new ArrayList<>();
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            Long gone = entry.getValue().goneNanos;
            if (gone != null && nowNanos - gone > KEPT_NANOS && entries.remove(entry.getKey(), entry.getValue())) {
                addresses.addAll(entry.getValue().askedFor);
            }
        }
        return addresses;
    }

    @Nullable
    Member find(String incarnation) {
        Entry entry = entries.get(incarnation);
        return entry == null ? null : entry.member;
    }

    /** The member whose address this is. It may be asked for again without asking here, until it is forgotten. */
    @Nullable
    Member owner(String address) {
        String incarnation = Addresses.incarnation(address);
        Entry entry = incarnation == null ? null : entries.get(incarnation);
        if (entry == null) {
            return null;
        }
        entry.askedFor.add(address);
        return entry.member;
    }

    /** Whether addresses of this form are answered for here, known or not. */
    static boolean covers(String address) {
        return Addresses.incarnation(address) != null;
    }
}
