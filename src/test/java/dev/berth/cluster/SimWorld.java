package dev.berth.cluster;

import dev.berth.bus.Addresses;
import dev.berth.bus.ClusterMessage;
import dev.berth.bus.RegistryMessage;
import dev.berth.call.ContainerSpec;
import dev.berth.registry.RegistrySeat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Some nodes, their clients and what goes wrong, all from one seed; the same seed gives the same history. */
final class SimWorld {
    static final int NODES = 3;
    static final long NODE_MIB = 512;

    private static final long MS = 1_000_000L;
    private static final long CALLS_MILLIS = 10_000;
    private static final long END = 45_000 * MS;
    private static final long UNLISTED_AFTER = 5_000 * MS;
    private static final long LISTED_AFTER = 4_000 * MS;

    final SimNet net = new SimNet();
    final SimBug bug;
    private final SimNode[] nodes = new SimNode[NODES];
    private final long[] bornAt = new long[NODES];
    private final long[][] awaySince = new long[NODES][NODES];
    private final long[][] backSince = new long[NODES][NODES];
    private final List<SimCall> calls = new ArrayList<>();
    /** Every process there ever was. */
    private final Map<String, Integer> places = new HashMap<>();
    /** Which registry a demand has come to. */
    private final Map<String, String> askedAt = new HashMap<>();

    private int starts;

    /** Half of the worlds have nodes that tell two others of each queue only; there, all of them. */
    final int fullView;

    private SimWorld(long seed, SimBug bug) {
        this.fullView = seed % 2 == 0 ? NODES : 1;
        this.bug = bug;
    }

    static void run(long seed, List<SimFault> faults, SimBug bug) {
        SimWorld world = new SimWorld(seed, bug);
        for (int i = 0; i < NODES; i++) {
            world.start(i);
        }
        world.planCalls(new Random(seed));
        for (SimFault fault : faults) {
            world.net.at((1_000 + fault.atMillis()) * MS, -1, () -> world.begin(fault));
        }
        while (world.net.now < END && world.net.step()) {}
        world.checkEnd();
    }

    private void start(int index) {
        String incarnation = "i" + ++starts;
        Member member = new Member(incarnation, "node-" + index, "h", 1, ClusterMessage.PROTOCOL, "1", net.now / MS);
        bornAt[index] = net.now;
        places.put(incarnation, index);
        nodes[index] = new SimNode(this, index, member, bug);
    }

    private void planCalls(Random random) {
        long at = 1_000;
        while (at < 1_000 + CALLS_MILLIS) {
            at += random.nextInt(60);
            int node = random.nextInt(NODES);
            ContainerSpec spec = RegistrySeat.spec("f" + random.nextInt(3), 128);
            SimCall call = new SimCall("call-" + calls.size(), spec, (50 + random.nextInt(350)) * MS);
            calls.add(call);
            net.at(at * MS, -1, () -> arrive(call, node));
        }
    }

    /** A client meets the process that is there, if one is. */
    private void arrive(SimCall call, int index) {
        SimNode node = nodes[index];
        if (node.dead) {
            call.end(SimCall.Outcome.CLIENT_LOST);
        } else {
            net.at(net.now, index, () -> {
                if (node.dead) {
                    call.end(SimCall.Outcome.CLIENT_LOST);
                } else {
                    node.ingress.start(call);
                }
            });
        }
    }

    void send(SimNode from, String address, Object message, Runnable refused) {
        String incarnation = Addresses.incarnation(address);
        SimNode to = bug == SimBug.INCARNATION_IGNORED ? nodes[places.get(incarnation)] : find(incarnation);
        if (to == from) {
            net.at(net.now + MS / 50, from.index, () -> from.receive(address, message));
            return;
        }
        int index = to == null ? (from.index + 1) % NODES : to.index;
        SimNode process = nodes[index];
        boolean listening = to != null && !to.dead;
        net.send(from.index, index, listening, () -> process.receive(address, message), refused);
    }

    /** A demand comes to one node and is not passed on. */
    void asked(SimNode node, RegistryMessage.AcquireSlot demand) {
        String before = askedAt.put(demand.replyTo() + demand.ticket(), node.incarnation());
        if (before != null && !before.equals(node.incarnation())) {
            throw new SimFailure(
                    "a demand of " + demand.callId() + " comes to " + before + " and " + node.incarnation());
        }
    }

    List<String> others(SimNode node) {
        return Arrays.stream(nodes)
                .filter(other -> other != node)
                .map(SimNode::incarnation)
                .toList();
    }

    private SimNode find(String incarnation) {
        for (SimNode node : nodes) {
            if (node.incarnation().equals(incarnation)) {
                return node;
            }
        }
        return null;
    }

    /** Who a node's membership lists: slower than the nodes' own beats, and with a delay after healing. */
    List<Member> members(SimNode seenBy) {
        List<Member> members = new ArrayList<>();
        for (SimNode node : nodes) {
            boolean known = net.now - bornAt[node.index] > 500 * MS;
            if (node == seenBy || (!node.dead && known && isListed(seenBy.index, node.index))) {
                members.add(node.member);
            }
        }
        return members;
    }

    private boolean isListed(int by, int other) {
        long away = awaySince[by][other];
        long back = backSince[by][other];
        long gone = (back > away ? back : net.now) - away;
        return away == 0 || gone < UNLISTED_AFTER || (back > away && net.now - back > LISTED_AFTER);
    }

    private void away(int one, int other, boolean away) {
        for (int[] pair : new int[][] {{one, other}, {other, one}}) {
            (away ? awaySince : backSince)[pair[0]][pair[1]] = net.now;
        }
    }

    private void begin(SimFault fault) {
        int node = fault.node();
        int other = fault.other();
        switch (fault.kind()) {
            case KILL -> kill(node);
            case PAUSE -> {
                net.stop(node);
                everybodyFrom(node, true);
            }
            case CUT_ONE_WAY, CUT -> {
                net.cut(node, other, true);
                net.cut(other, node, fault.kind() == SimFault.Kind.CUT || net.isCut(other, node));
                away(node, other, true);
            }
            case SLOW -> {
                // The longer one makes a call come later than a lease waits for it.
                long millis = fault.atMillis() % 3 == 0 ? 200 : 1_200;
                net.slow(node, other, millis);
                net.slow(other, node, millis);
            }
            case DRAIN -> {
                if (!nodes[node].dead) {
                    net.at(net.now, node, nodes[node]::drain);
                }
            }
        }
        net.at(net.now + fault.forMillis() * MS, -1, () -> end(fault));
    }

    private void end(SimFault fault) {
        int node = fault.node();
        int other = fault.other();
        switch (fault.kind()) {
            case KILL -> {
                if (nodes[node].dead) {
                    start(node);
                }
            }
            case PAUSE -> {
                net.goOn(node);
                everybodyFrom(node, false);
            }
            case CUT_ONE_WAY, CUT -> {
                net.cut(node, other, false);
                net.cut(other, node, false);
                away(node, other, false);
            }
            case SLOW -> {
                net.slow(node, other, 0);
                net.slow(other, node, 0);
            }
            case DRAIN -> leave(nodes[node]);
        }
    }

    private void everybodyFrom(int node, boolean away) {
        for (int other = 0; other < NODES; other++) {
            if (other != node) {
                away(node, other, away);
            }
        }
    }

    /** A drained node says goodbye and is started anew; one that was killed meanwhile is none any more. */
    private void leave(SimNode node) {
        if (node.dead) {
            return;
        }
        if (node.draining && node.isDrained() && !net.isStopped(node.index)) {
            node.sayGoodbye();
            net.at(net.now + 100 * MS, -1, () -> {
                if (!node.dead) {
                    kill(node.index);
                    start(node.index);
                }
            });
        } else {
            net.at(net.now + 200 * MS, -1, () -> leave(node));
        }
    }

    private void kill(int index) {
        SimNode node = nodes[index];
        if (!node.dead) {
            node.dead = true;
            node.ingress.die();
            net.goOn(index);
            net.breakAll(index, NODES);
        }
    }

    void executed(SimCall call) {
        if (++call.executions > 1) {
            throw new SimFailure(call.id + " is run twice");
        }
    }

    private void checkEnd() {
        for (SimCall call : calls) {
            if (call.outcome == null) {
                throw new SimFailure(call.id + " has no outcome");
            }
            boolean ran = call.executions > 0;
            if ((call.outcome == SimCall.Outcome.SUCCESS && !ran) || (call.outcome == SimCall.Outcome.NACK && ran)) {
                throw new SimFailure(call.id + " ends with " + call.outcome + ", executions " + call.executions);
            }
        }
        for (SimNode node : nodes) {
            node.checkAtRest(NODES - 1);
        }
    }
}
