package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this node is one of several that form one runner. Rules between the settings count only when it is.
 *
 * @param enabled false: the node stands alone, and nothing else here has an effect
 * @param name nodes of another name are not let in
 * @param discovery where the other nodes are found; null only when not enabled
 * @param host address that the two ports are bound to
 * @param publicHost address that other nodes reach this one by
 * @param memberPort TCP port of the membership
 * @param busPort TCP port of the bus
 * @param leastMembers below it, this node included, the node says that it is not ready
 * @param fullView up to how many nodes each tells every other all it has
 * @param times how a silent node is noticed
 * @param tls of the bus; null: cleartext
 * @param insecure cleartext is wanted beyond loopback
 */
public record ClusterConfig(
        boolean enabled,
        String name,
        @Nullable Discovery discovery,
        String host,
        String publicHost,
        int memberPort,
        int busPort,
        int leastMembers,
        int fullView,
        Times times,
        @Nullable Tls tls,
        boolean insecure) {
    static final String ANY = "0.0.0.0";

    public ClusterConfig {
        if (enabled) {
            check(discovery, host, publicHost, memberPort, busPort, tls, insecure);
        }
    }

    private static void check(
            @Nullable Discovery discovery,
            String host,
            String publicHost,
            int memberPort,
            int busPort,
            @Nullable Tls tls,
            boolean insecure) {
        new Problems()
                .require(
                        discovery != null,
                        "cluster.members",
                        "none",
                        "given, or cluster.dns, or cluster.multicast: where the other nodes are found")
                .require(
                        !publicHost.equals(ANY),
                        "cluster.publicHost",
                        "none",
                        "given with cluster.host = " + host + ": the address that other nodes reach this one by")
                .require(
                        memberPort != busPort,
                        "cluster.busPort",
                        busPort,
                        "another port than cluster.memberPort = " + memberPort)
                .require(
                        tls != null || insecure || isLoopback(host),
                        "cluster.tls.certificate",
                        "none",
                        "given with cluster.host = " + host + ", which others may reach, or cluster.insecure = true")
                .throwIfAny();
    }

    /** Whether nobody on another machine can reach the ports. */
    public static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Exactly one way of finding the other nodes. */
    public sealed interface Discovery {
        /** @param addresses {@code host} or {@code host:port}, of some of the nodes; this one may be among them */
        record Members(List<String> addresses) implements Discovery {
            public Members {
                addresses = List.copyOf(addresses);
            }
        }

        /** @param name {@code host} or {@code host:port}, a name that stands for the addresses of all nodes */
        record Dns(String name) implements Discovery {}

        /** Whoever answers on this network. */
        record Multicast() implements Discovery {}
    }

    /**
     * @param beat longest silence of a node that is well
     * @param suspectAfter silence after which no call is placed at a node
     * @param lostAfter silence after which the calls that run across it end
     * @param digest least time between two digests
     * @param member silence after which a node is no member any more
     */
    public record Times(Duration beat, Duration suspectAfter, Duration lostAfter, Duration digest, Duration member) {
        public Times {
            new Problems()
                    .require(
                            suspectAfter.compareTo(beat.multipliedBy(2)) >= 0,
                            "cluster.suspectAfter",
                            Durations.print(suspectAfter),
                            "at least twice cluster.beatInterval = " + Durations.print(beat))
                    .require(
                            lostAfter.compareTo(suspectAfter) > 0,
                            "cluster.lostAfter",
                            Durations.print(lostAfter),
                            "longer than cluster.suspectAfter = " + Durations.print(suspectAfter))
                    .throwIfAny();
        }
    }

    /** PEM files. All nodes' certificates are signed by the one authority, which signs nothing else. */
    public record Tls(Path certificate, Path key, Path authority) {}
}
