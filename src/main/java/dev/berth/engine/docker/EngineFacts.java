package dev.berth.engine.docker;

/**
 * What we learnt of the engine when we met it.
 *
 * @param podman whether it is Podman speaking Docker's API
 * @param version of the engine itself
 * @param apiVersion that we speak with it
 * @param cgroupV1 whether its host uses the first version of control groups
 * @param hostName of this machine
 * @param architecture of the engine's host, as its kernel calls it
 * @param cpus of the engine's host, at least 1
 */
record EngineFacts(
        boolean podman,
        String version,
        String apiVersion,
        boolean cgroupV1,
        String hostName,
        String architecture,
        int cpus) {}
