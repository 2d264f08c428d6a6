package dev.berth.engine.docker;

import dev.berth.engine.Instances;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Instances that live and die as a test says. */
final class TestInstances implements Instances {
    private static final Random RANDOM = new Random();

    private final Set<String> alive = ConcurrentHashMap.newKeySet();
    private final String owner;
    private final String id = newId();

    TestInstances(String owner) {
        this.owner = owner;
        alive.add(id);
    }

    static String newId() {
        byte[] id = new byte[6];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** Another instance of the same owner, alive as far as this one knows. */
    TestInstances another() {
        TestInstances other = new TestInstances(owner);
        alive.add(other.id);
        return other;
    }

    void dies(TestInstances other) {
        alive.remove(other.id);
    }

    @Override
    public String instanceId() {
        return id;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public boolean alive(String instanceId) {
        return alive.contains(instanceId);
    }
}
