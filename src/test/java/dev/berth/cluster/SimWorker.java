package dev.berth.cluster;

import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.call.ContainerTimings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The containers of one process: what a worker does that others can see. */
final class SimWorker {
    private static final long MS = 1_000_000L;

    private final Map<String, Container> containers = new HashMap<>();
    private final Consumer<RegistryMessage> registry;
    private final Later later;
    private final SimBug bug;

    /** On the clock of the process; nothing of it happens once the process is dead. */
    interface Later {
        void in(long nanos, Runnable what);
    }

    /** What becomes of a call that a worker was asked to run. */
    interface Outcome {
        void started();

        void done();

        void slotGone();
    }

    private static final class Container {
        long lease;
        boolean ready;
        boolean ending;
        long running;
        String caller = "";
    }

    SimWorker(Consumer<RegistryMessage> registry, Later later, SimBug bug) {
        this.registry = registry;
        this.later = later;
        this.bug = bug;
    }

    void receive(WorkerMessage message) {
        if (message instanceof WorkerMessage.LaunchContainer launch) {
            containers.put(launch.containerId(), new Container());
            later.in(450 * MS, () -> ready(launch.containerId()));
        } else if (message instanceof WorkerMessage.RemoveContainer remove) {
            remove(remove.containerId());
        } else if (message instanceof WorkerMessage.RevokeLease revoke) {
            revoke(revoke.containerId(), revoke.lease());
        }
    }

    private void ready(String id) {
        Container container = containers.get(id);
        if (container != null && !container.ending) {
            container.ready = true;
            registry.accept(new RegistryMessage.ContainerReady(id, ContainerTimings.NONE));
        }
    }

    private void remove(String id) {
        Container container = containers.get(id);
        if (container != null && !container.ending) {
            container.ending = true;
            later.in(50 * MS, () -> {
                containers.remove(id);
                registry.accept(new RegistryMessage.ContainerGone(id));
            });
        }
    }

    private void revoke(String id, long lease) {
        Container container = containers.get(id);
        if (container == null) {
            return;
        }
        if (container.running == lease) {
            registry.accept(new RegistryMessage.LeaseClaimed(id, lease));
        } else if (container.lease < lease) {
            container.lease = lease;
            registry.accept(new RegistryMessage.ReturnLease(id, lease));
        }
    }

    void run(String id, long lease, String caller, long serviceNanos, Outcome outcome) {
        Container container = containers.get(id);
        boolean fenced = bug != SimBug.LEASE_NOT_FENCED;
        if (container == null || !container.ready || container.ending || (fenced && lease <= container.lease)) {
            outcome.slotGone();
            return;
        }
        if (container.running != 0) {
            throw new SimFailure(
                    "container " + id + " is given to two calls: leases " + container.running + ", " + lease);
        }
        container.lease = Math.max(lease, container.lease);
        container.running = lease;
        container.caller = caller;
        outcome.started();
        later.in(serviceNanos, () -> {
            if (containers.get(id) == container && container.running == lease && !container.ending) {
                container.running = 0;
                registry.accept(new RegistryMessage.ContainerReleased(id, lease));
                outcome.done();
            }
        });
    }

    /** Calls of a node that is gone are cancelled, and their containers removed. */
    void nodeLost(String incarnation) {
        for (Map.Entry<String, Container> entry : Map.copyOf(containers).entrySet()) {
            if (entry.getValue().running != 0 && entry.getValue().caller.equals(incarnation)) {
                registry.accept(new RegistryMessage.ContainerEnding(entry.getKey()));
                remove(entry.getKey());
            }
        }
    }
}
