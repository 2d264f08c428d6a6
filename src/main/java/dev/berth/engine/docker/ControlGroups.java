package dev.berth.engine.docker;

import java.nio.file.Path;
import java.util.List;

/** Where engines put a container's control group. */
final class ControlGroups {
    private static final List<String> PLACES = List.of(
            "docker/%s", "system.slice/docker-%s.scope", "machine.slice/libpod-%s.scope", "libpod_parent/libpod-%s");

    private ControlGroups() {}

    /**
     * All the folders that may be the container's; one of them is there, or none for us.
     *
     * @param hierarchy root of the hierarchy
     * @param containerId the engine's own id, 64 digits
     */
    static List<Path> places(Path hierarchy, String containerId) {
        return PLACES.stream()
                .map(place -> hierarchy.resolve(place.formatted(containerId)))
                .toList();
    }

    /** The groups that containers' groups are made in, all that may be there. */
    static List<Path> parents(Path hierarchy) {
        return PLACES.stream()
                .map(place -> Path.of(place).getParent())
                .map(parent -> parent == null ? hierarchy : hierarchy.resolve(parent))
                .toList();
    }
}
