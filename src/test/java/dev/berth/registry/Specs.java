package dev.berth.registry;

import dev.berth.bus.RegistryMessage.ContainerAdopted;
import dev.berth.bus.Shown;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Seal;
import dev.berth.call.SlotKey;
import dev.berth.call.SpecBuilder;
import java.time.Duration;

/** Container specifications for tests. */
final class Specs {
    static final long MIB = 1L << 20;

    private Specs() {}

    static SlotKey key(String name) {
        return SpecBuilder.key(name);
    }

    static SlotQueue queue(ContainerSpec template) {
        return new SlotQueue(template, new Learned(new Demand(), new Arrivals(), new UsualGaps()), 1, new Changes());
    }

    /** Of whose calls nothing is known. */
    static ContainerAdopted adopted(String id, int worker, Seal seal, ContainerSpec spec, String sealedSpec) {
        return new ContainerAdopted(id, worker, seal, seal.standIn(spec), sealedSpec, Shown.NONE);
    }

    /** The same function with other settings. */
    static ContainerSpec newKey(ContainerSpec spec, String name) {
        return SpecBuilder.like(spec).key(key(name)).build();
    }

    static ContainerSpec spec(String name, long memoryMiB) {
        return spec(name, memoryMiB, 0);
    }

    static ContainerSpec spec(String name, long memoryMiB, long cpuMillis) {
        return spec(name, memoryMiB, cpuMillis, 0, Duration.ofSeconds(30), null);
    }

    static ContainerSpec spec(
            String name, long memoryMiB, long cpuMillis, long tmpfsMiB, Duration idleTimeout, String token) {
        return SpecBuilder.of(name)
                .memoryMiB(memoryMiB)
                .cpuMillis(cpuMillis)
                .tmpfsMiB(tmpfsMiB)
                .idleTimeout(idleTimeout)
                .registryToken(token)
                .build();
    }
}
