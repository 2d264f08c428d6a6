package dev.berth.cluster;

import dev.berth.bus.ClusterMessage;
import dev.berth.config.ClusterConfig;
import dev.berth.config.ConfigException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each member tells the others in the attributes of its membership.
 *
 * @param nodeId this node's name
 */
record MemberAttributes(String nodeId, Map<String, String> values) {
    /** Vert.x puts its own name of the process there, the one that the bus knows. */
    private static final String INCARNATION = "__vertx.nodeId";

    private static final String NODE = "berth.node";
    private static final String HOST = "berth.host";
    private static final String PORT = "berth.port";
    private static final String PROTOCOL = "berth.protocol";
    private static final String VERSION = "berth.version";
    private static final String STARTED = "berth.started";

    MemberAttributes {
        values = Map.copyOf(values);
    }

    static MemberAttributes of(ClusterConfig cluster, String nodeId, String version, long startedMillis) {
        return new MemberAttributes(
                nodeId,
                Map.of(
                        NODE, nodeId,
                        HOST, cluster.publicHost(),
                        PORT, Integer.toString(cluster.busPort()),
                        PROTOCOL, Integer.toString(ClusterMessage.PROTOCOL),
                        VERSION, version,
                        STARTED, Long.toString(startedMillis)));
    }

    /** Null for a member that is no Berth node, or says nonsense. */
    static @Nullable Member read(Map<String, String> attributes) {
        String incarnation = attributes.get(INCARNATION);
        String nodeId = attributes.get(NODE);
        String host = attributes.get(HOST);
        String version = attributes.get(VERSION);
        if (incarnation == null || nodeId == null || host == null || version == null) {
            return null;
        }
        try {
            return new Member(
                    incarnation,
                    nodeId,
                    host,
                    Integer.parseInt(attributes.getOrDefault(PORT, "")),
                    Integer.parseInt(attributes.getOrDefault(PROTOCOL, "")),
                    version,
                    Long.parseLong(attributes.getOrDefault(STARTED, "")));
        } catch (NumberFormatException nonsense) {
            return null;
        }
    }

    /** A member that joined before this process and has its name. */
    @Nullable
    Member duplicateAmong(List<Member> oldestFirst, String incarnation) {
        for (Member member : oldestFirst) {
            if (member.incarnation().equals(incarnation)) {
                return null;
            }
            if (member.nodeId().equals(nodeId)) {
                return member;
            }
        }
        return null;
    }

    ConfigException isDuplicateOf(Member other) {
        return new ConfigException(List.of("node.id = " + nodeId
                + ": must be unlike that of every other node of the cluster, and " + other.host() + ":" + other.port()
                + " has it"));
    }
}
