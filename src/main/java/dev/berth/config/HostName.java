package dev.berth.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this machine. */
public final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /**
     * Empty if it cannot be found out. The kernel knows it at once; Java's own way, taken where there is no such
     * kernel, may ask name servers, and blocks.
     */
    public static String find() {
        try {
            return Files.readString(KERNEL).strip();
        } catch (IOException noSuchKernel) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "";
            }
        }
    }
}
