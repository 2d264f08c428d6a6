package dev.berth.doctor;

import dev.berth.config.DockerConfig;
import dev.berth.engine.docker.CgroupFreezer;
import dev.berth.engine.docker.ControlGroupMeters;
import dev.berth.engine.docker.EngineVisit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The container engine, and the control groups of its machine. */
final class EngineExam {
    private static final String UNIX = "unix://";

    private final DockerConfig config;
    private final Path cgroups;

    /** @param cgroups where control groups are mounted */
    EngineExam(DockerConfig config, Path cgroups) {
        this.config = config;
        this.cgroups = cgroups;
    }

    Finding absent(Throwable reason, boolean required) {
        String says = String.valueOf(reason.getMessage());
        return required
                ? Finding.fail("engine", says, remedy(says))
                : Finding.warn(
                        "engine",
                        says + ": functions would run as plain processes, without isolation",
                        remedy(says) + "; and set engine.kind to docker, so that nothing runs without");
    }

    private static String remedy(String says) {
        String text = says.toLowerCase(Locale.ROOT);
        if (text.contains("permission denied")) {
            return "run as root, or add this user to the group of the socket (docker)";
        }
        if (text.contains("too old")) {
            return "install a newer engine";
        }
        return "install and start Docker or Podman's service, or set docker.host";
    }

    /** Blocking. */
    List<Finding> present(EngineVisit engine) {
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok("engine", engine.text() + ", at " + config.host()));
        if (config.host().startsWith(UNIX)) {
            found.add(groups(engine.cgroupV1()));
            found.add(freezer(engine.cgroupV1()));
            found.add(usage(engine.cgroupV1()));
        }
        return found;
    }

    private Finding groups(boolean v1) {
        List<String> wanted = Stream.of("memory", "cpu", "pids").toList();
        List<String> missing = v1
                ? wanted.stream()
                        .filter(name -> !Files.isDirectory(cgroups.resolve(name)))
                        .toList()
                : missingOf(wanted);
        String version = "version " + (v1 ? 1 : 2);
        return missing.isEmpty()
                ? Finding.ok("cgroups", version + ", with limits of memory, processors and processes")
                : Finding.warn(
                        "cgroups",
                        version + " at " + cgroups + " without " + String.join(", ", missing)
                                + ": functions may have no limit of it",
                        "mount and enable these controllers, or look into the engine's warnings (docker info)");
    }

    Finding usage(boolean v1) {
        return switch (ControlGroupMeters.reach(cgroups, v1)) {
            case READABLE -> Finding.ok("usage", "what calls use of processors and memory is measured");
            case DENIED ->
                Finding.warn(
                        "usage",
                        "no right to read the control groups of containers: what calls use is not measured",
                        "run as root, or give the service CAP_DAC_OVERRIDE");
            case NOT_FOUND ->
                Finding.ok(
                        "usage",
                        "no control group of a container here yet: whether what calls use can be measured is not known");
        };
    }

    private List<String> missingOf(List<String> wanted) {
        String there;
        try {
            there = " "
                    + Files.readString(cgroups.resolve("cgroup.controllers")).strip() + " ";
        } catch (IOException absent) {
            return wanted;
        }
        return wanted.stream().filter(name -> !there.contains(" " + name + " ")).toList();
    }

    private Finding freezer(boolean v1) {
        return switch (CgroupFreezer.reach(cgroups, v1)) {
            case WRITABLE -> Finding.ok("freezer", "idle functions are frozen by file, and woken within 2 ms");
            case DENIED ->
                Finding.warn(
                        "freezer",
                        "no right to write the control groups' freezers: idle functions are woken by the engine, in"
                                + " some 40 ms",
                        "run as root, or give the service CAP_DAC_OVERRIDE");
            case NOT_FOUND ->
                Finding.ok("freezer", "no container has run here yet: whether its freezer can be written is not known");
        };
    }
}
