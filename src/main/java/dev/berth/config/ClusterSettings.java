package dev.berth.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The {@code cluster} section. */
final class ClusterSettings {
    /** Membership and bus take no others. */
    private static final String ADDRESS = "a host name or an IPv4 address";

    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    /** What is of numbers and dots alone is no name: the system would take 0 or 10.1 for an address of some kind. */
    private static final String HOST_NAME = "(" + BYTE + "(\\." + BYTE + "){3}|(?=.*[A-Za-z_-])[A-Za-z0-9._-]+)";

    static final Setting<Boolean> ENABLED = Setting.of(
            "cluster.enabled",
            SettingTypes.bool(),
            false,
            "Form one runner with other nodes: a call that reaches any of them runs on the best container of all.");

    static final Setting<String> NAME = Setting.of(
            "cluster.name",
            SettingTypes.string()
                    .where("1 to 63 letters, digits and dashes", name -> name.matches("[A-Za-z0-9-]{1,63}")),
            "berth",
            "Name of the cluster. Nodes of another name are not let in.");

    static final Setting<List<String>> MEMBERS = Setting.of(
            "cluster.members",
            SettingTypes.list()
                    .where(
                            "host names or IPv4 addresses, each with :port where it is not cluster.memberPort",
                            members -> members.stream().allMatch(ClusterSettings::isMember)),
            List.of(),
            "Addresses of some of the nodes, this one or not; one that runs is enough to find the others by.");

    static final Setting<String> DNS = Setting.optional(
            "cluster.dns",
            SettingTypes.string()
                    .where("a host name, with :port where it is not cluster.memberPort", ClusterSettings::isMember),
            "In place of cluster.members: a name that stands for the addresses of all nodes, such as that of a"
                    + " headless service. All use the same port.");

    static final Setting<Boolean> MULTICAST = Setting.of(
            "cluster.multicast",
            SettingTypes.bool(),
            false,
            "In place of cluster.members: find whoever answers on this network.");

    static final Setting<String> HOST = Setting.of(
            "cluster.host",
            SettingTypes.string().where(ADDRESS, host -> host.matches(HOST_NAME)),
            "127.0.0.1",
            "Address that the ports for other nodes are bound to; the default reaches only nodes on this machine.");

    static final Setting<String> PUBLIC_HOST = Setting.optional(
            "cluster.publicHost",
            SettingTypes.string()
                    .where(
                            ADDRESS + " that others can reach",
                            host -> host.matches(HOST_NAME) && !host.equals(ClusterConfig.ANY)),
            "Address that other nodes reach this one by, where it is not cluster.host.");

    static final Setting<Integer> MEMBER_PORT = Setting.of(
            "cluster.memberPort",
            SettingTypes.integer(1, 65535),
            5701,
            "TCP port of the membership. It has neither TLS nor password: only the nodes may reach it.");

    static final Setting<Integer> BUS_PORT =
            Setting.of("cluster.busPort", SettingTypes.integer(1, 65535), 9192, "TCP port of all talk between nodes.");

    static final Setting<Integer> LEAST_MEMBERS = Setting.of(
            "cluster.leastMembers",
            SettingTypes.integer(1, 1000),
            1,
            "With fewer nodes, this one included, a node says that it is not ready.");

    static final Setting<Integer> FULL_VIEW = Setting.of(
            "cluster.fullView",
            SettingTypes.integer(1, 1000),
            32,
            "Up to so many nodes each tells every other all it has. With more, it tells two of them of each function,"
                    + " which the others ask. To be the same on all nodes.");

    static final Setting<Duration> BEAT_INTERVAL = Setting.of(
            "cluster.beatInterval",
            between(Duration.ofMillis(100), Duration.ofSeconds(10)),
            Duration.ofMillis(500),
            "How often a node that has nothing to tell says that it is there.");

    static final Setting<Duration> SUSPECT_AFTER = Setting.of(
            "cluster.suspectAfter",
            between(Duration.ofMillis(200), Duration.ofMinutes(1)),
            Duration.ofMillis(1500),
            "Silence after which no call is placed at a node.");

    static final Setting<Duration> LOST_AFTER = Setting.of(
            "cluster.lostAfter",
            between(Duration.ofMillis(300), Duration.ofMinutes(2)),
            Duration.ofSeconds(3),
            "Silence after which a node counts as lost: calls that run across it end.");

    static final Setting<Duration> DIGEST_INTERVAL = Setting.of(
            "cluster.digestInterval",
            between(Duration.ofMillis(20), Duration.ofSeconds(1)),
            Duration.ofMillis(50),
            "Least time between two summaries of free slots that a node sends to the others.");

    static final Setting<Duration> MEMBER_TIMEOUT = Setting.of(
            "cluster.memberTimeout",
            between(Duration.ofSeconds(2), Duration.ofMinutes(2))
                    .where("whole seconds from 2s to 2m", timeout -> timeout.toNanosPart() == 0),
            Duration.ofSeconds(5),
            "Silence after which a node is taken off the list of members; it joins again by itself.");

    static final Setting<Path> TLS_CERTIFICATE = Setting.optional(
            "cluster.tls.certificate",
            SettingTypes.readableFile(),
            "Own certificate with its chain, a PEM file, for the bus between nodes.");

    static final Setting<Path> TLS_KEY = Setting.optional(
            "cluster.tls.key", SettingTypes.readableFile(), "Private key of the certificate, PKCS#8 in a PEM file.");

    static final Setting<Path> TLS_AUTHORITY = Setting.optional(
            "cluster.tls.authority",
            SettingTypes.readableFile(),
            "Authority that has signed the certificates of all nodes, a PEM file. Whoever has a certificate of it is"
                    + " a node, so it must sign nothing else.");

    static final Setting<Boolean> INSECURE = Setting.of(
            "cluster.insecure",
            SettingTypes.bool(),
            false,
            "Let nodes on several machines talk in cleartext: whoever reaches the bus port rules every node.");

    static final List<Setting<?>> ALL = List.of(
            ENABLED,
            NAME,
            MEMBERS,
            DNS,
            MULTICAST,
            HOST,
            PUBLIC_HOST,
            MEMBER_PORT,
            BUS_PORT,
            LEAST_MEMBERS,
            FULL_VIEW,
            BEAT_INTERVAL,
            SUSPECT_AFTER,
            LOST_AFTER,
            DIGEST_INTERVAL,
            MEMBER_TIMEOUT,
            INSECURE,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_AUTHORITY);

    private ClusterSettings() {}

    /** {@code host} or {@code host:port}. */
    private static boolean isMember(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return text.matches(HOST_NAME);
        }
        String port = text.substring(colon + 1);
        return text.substring(0, colon).matches(HOST_NAME)
                && port.matches("\\d{1,5}")
                && Integer.parseInt(port) >= 1
                && Integer.parseInt(port) <= 65535;
    }

    static ClusterConfig read(Values values) {
        boolean enabled = values.get(ENABLED);
        String publicHost = values.get(PUBLIC_HOST);
        return new ClusterConfig(
                enabled,
                values.get(NAME),
                readDiscovery(values),
                values.get(HOST),
                Objects.requireNonNullElse(publicHost, values.get(HOST)),
                values.get(MEMBER_PORT),
                values.get(BUS_PORT),
                values.get(LEAST_MEMBERS),
                values.get(FULL_VIEW),
                new ClusterConfig.Times(
                        values.get(BEAT_INTERVAL),
                        values.get(SUSPECT_AFTER),
                        values.get(LOST_AFTER),
                        values.get(DIGEST_INTERVAL),
                        values.get(MEMBER_TIMEOUT)),
                readTls(values, enabled),
                values.get(INSECURE));
    }

    private static ClusterConfig.@Nullable Discovery readDiscovery(Values values) {
        List<ClusterConfig.Discovery> found = new ArrayList<>();
        if (!values.get(MEMBERS).isEmpty()) {
            found.add(new ClusterConfig.Discovery.Members(values.get(MEMBERS)));
        }
        String dns = values.get(DNS);
        if (dns != null) {
            found.add(new ClusterConfig.Discovery.Dns(dns));
        }
        if (values.get(MULTICAST)) {
            found.add(new ClusterConfig.Discovery.Multicast());
        }
        Setting<?> first = values.get(MEMBERS).isEmpty() ? DNS : MEMBERS;
        new Problems()
                .require(
                        found.size() <= 1,
                        first.key(),
                        values.print(first),
                        "the only one of cluster.members, cluster.dns and cluster.multicast")
                .throwIfAny();
        return found.isEmpty() ? null : found.get(0);
    }

    private static ClusterConfig.@Nullable Tls readTls(Values values, boolean enabled) {
        Path certificate = values.get(TLS_CERTIFICATE);
        Path key = values.get(TLS_KEY);
        Path authority = values.get(TLS_AUTHORITY);
        if (certificate == null && key == null && authority == null) {
            return null;
        }
        Problems problems = new Problems();
        String rule = "given with the other cluster.tls files";
        problems.require(certificate != null, TLS_CERTIFICATE.key(), "none", rule);
        problems.require(key != null, TLS_KEY.key(), "none", rule);
        problems.require(authority != null, TLS_AUTHORITY.key(), "none", rule);
        problems.throwIfAny();
        ClusterConfig.Tls tls = new ClusterConfig.Tls(certificate, key, authority);
        if (enabled) {
            PemFiles.check(tls);
        }
        return tls;
    }

    private static SettingType<Duration> between(Duration min, Duration max) {
        SettingType<Duration> least = SettingTypes.duration(min);
        return least.where(
                "a duration with its unit from " + Durations.print(min) + " to " + Durations.print(max),
                value -> value.compareTo(max) <= 0);
    }
}
