package dev.berth.bus;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of event-bus addresses: {@code berth.<incarnation>.<role>[.<instance>]}. An incarnation is one start of
 * one process, a word without dots that no other start has: so two runners never share an address, and what is
 * still on its way to a dead one reaches nobody. One address per verticle instance for its whole life, none per call:
 * in a cluster a registration is a cluster-wide write.
 */
public final class Addresses {
    private static final String PREFIX = "berth.";
    private static final String FRAMES = ".frames";

    private Addresses() {}

    /** What all addresses of a node begin with, and no other's. */
    public static String prefix(String incarnation) {
        return PREFIX + incarnation + ".";
    }

    public static String registry(String incarnation) {
        return prefix(incarnation) + "registry";
    }

    public static String ingress(String incarnation, int instance) {
        return prefix(incarnation) + "ingress." + instance;
    }

    public static String worker(String incarnation, int instance) {
        return prefix(incarnation) + "worker." + instance;
    }

    /**
     * Every address of a node at which {@link RegistryMessage.NodeLost} is to be told, its registry's last: what is
     * free again is granted after everybody knows.
     *
     * @param eventLoops a worker and an ingress on each, and one ingress more for status calls
     */
    public static List<String> concernedByLostNodes(String incarnation, int eventLoops) {
        List<String> concerned = new ArrayList<>();
        for (int i = 0; i < eventLoops; i++) {
            concerned.add(worker(incarnation, i));
        }
        concerned.addAll(ingresses(incarnation, eventLoops));
        concerned.add(registry(incarnation));
        return concerned;
    }

    /** @param eventLoops an ingress on each, and one more for status calls */
    public static List<String> ingresses(String incarnation, int eventLoops) {
        List<String> ingresses = new ArrayList<>();
        for (int i = 0; i <= eventLoops; i++) {
            ingresses.add(ingress(incarnation, i));
        }
        return ingresses;
    }

    /** Where a node hears of others: {@link ClusterMessage}s. */
    public static String node(String incarnation) {
        return prefix(incarnation) + "node";
    }

    /** Where a node is asked about calls: {@link WhyMessage}s. */
    public static String why(String incarnation) {
        return prefix(incarnation) + "why";
    }

    /** Where the stream frames of the verticle at {@code address} arrive. */
    public static String frames(String address) {
        return address + FRAMES;
    }

    /** Whether {@link #frames} made it. */
    public static boolean isFrames(String address) {
        return address.startsWith(PREFIX) && address.endsWith(FRAMES);
    }

    /** Whose address it is; null if it is none of this grammar. */
    public static @Nullable String incarnation(String address) {
        int end = address.indexOf('.', PREFIX.length());
        return address.startsWith(PREFIX) && end > PREFIX.length() && end < address.length() - 1
                ? address.substring(PREFIX.length(), end)
                : null;
    }

    /** Whether two addresses of this grammar belong to verticles of one node. False for any others. */
    public static boolean sameNode(String address, String other) {
        String incarnation = incarnation(address);
        return incarnation != null && incarnation.equals(incarnation(other));
    }
}
