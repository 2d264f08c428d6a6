package dev.berth.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Two network namespaces with a link between them, and one each to the test. What goes from one to the other can be
 * dropped or slowed; what the test sends them is left alone. Needs root, iproute2 and iptables.
 */
final class Networks implements AutoCloseable {
    /** Of the processes that run tests at the same time, which have networks of their own. */
    private static final int FORK = Integer.getInteger("berth.fork", 1);

    private static final String NAME = "berth-test" + FORK + "-";

    private Networks() {}

    /** What a run that was killed has left is removed first. A machine that cannot have them says so, loudly. */
    static Networks open() throws Exception {
        Networks networks = new Networks();
        networks.close();
        try {
            networks.build();
        } catch (IOException cannot) {
            networks.close();
            System.err.println("*** NOT TESTED: cuts and slow links between nodes. " + cannot.getMessage());
            Assumptions.abort("no network namespaces here: " + cannot.getMessage());
        }
        return networks;
    }

    private void build() throws Exception {
        for (int i = 0; i < 2; i++) {
            run("ip netns add " + name(i));
            run("ip link add " + name(i) + " type veth peer name test netns " + name(i));
            run("ip addr add " + toTest(i) + ".1/24 dev " + name(i));
            run("ip link set " + name(i) + " up");
            inside(i, "ip addr add " + testAddress(i) + "/24 dev test");
            inside(i, "ip link set test up");
            inside(i, "ip link set lo up");
        }
        inside(0, "ip link add nodes type veth peer name nodes netns " + name(1));
        for (int i = 0; i < 2; i++) {
            inside(i, "ip addr add " + address(i) + "/24 dev nodes");
            inside(i, "ip link set nodes up");
        }
    }

    private static String name(int i) {
        return NAME + i;
    }

    /** For the other. */
    static String address(int i) {
        return "10.213.9." + (i + 1);
    }

    /** For the test. */
    static String testAddress(int i) {
        return toTest(i) + ".2";
    }

    private static String toTest(int i) {
        return "10.213." + (10 * (1 + FORK) + i);
    }

    /** To be put before a command that is to run there. */
    List<String> prefix(int i) {
        return List.of("ip", "netns", "exec", name(i));
    }

    /** Nothing from one arrives at the other any more. */
    void cut(int from, int to) throws Exception {
        inside(to, "iptables -A INPUT -s " + address(from) + " -j DROP");
    }

    void heal() throws Exception {
        for (int i = 0; i < 2; i++) {
            inside(i, "iptables -F INPUT");
        }
    }

    /** All that a namespace sends. */
    void limit(int i, String discipline) throws Exception {
        inside(i, "tc qdisc replace dev nodes root " + discipline);
    }

    void unlimited(int i) throws Exception {
        inside(i, "tc qdisc del dev nodes root");
    }

    private static void inside(int i, String command) throws Exception {
        run("ip netns exec " + name(i) + " " + command);
    }

    private static void run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command.split(" "))))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + said.strip());
        }
    }

    @Override
    public void close() throws Exception {
        for (int i = 0; i < 2; i++) {
            quietly("ip link del " + name(i));
            quietly("ip netns del " + name(i));
        }
    }

    private static void quietly(String command) throws InterruptedException {
        try {
            run(command);
        } catch (IOException notThere) {
            // Nothing to remove.
        }
    }
}
