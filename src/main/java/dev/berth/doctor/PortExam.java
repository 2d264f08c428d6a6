package dev.berth.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;

/** Whether a port can be listened on now, and if not, who has it. */
final class PortExam {
    private final PortHolder holders;

    PortExam(PortHolder holders) {
        this.holders = holders;
    }

    /**
     * Blocks for a look-up of the name.
     *
     * @param setting the section that the port is of
     * @param port 0: any
     */
    Finding examine(String setting, String host, int port) {
        String check = "port " + setting;
        if (port == 0) {
            return Finding.ok(check, "any free one");
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return Finding.fail(check, host + " is no name of this machine", "set " + setting + ".host");
        }
        try (ServerSocket trial = new ServerSocket()) {
            // As the runner does: what is left of closed connections is no hindrance.
            trial.setReuseAddress(true);
            trial.bind(new InetSocketAddress(address, port));
            return Finding.ok(check, host + ":" + port + " is free");
        } catch (IOException e) {
            return refused(check, setting, host + ":" + port, port, String.valueOf(e.getMessage()));
        }
    }

    private Finding refused(String check, String setting, String text, int port, String reason) {
        Optional<String> holder = holders.find(port);
        if (holder.isPresent()) {
            return Finding.fail(
                    check,
                    text + " is taken by " + holder.get(),
                    "end that, unless it is the runner itself, or set " + setting + ".port");
        }
        return Finding.fail(
                check,
                text + " cannot be listened on: " + reason,
                "set " + setting + ".host and .port to what is free");
    }
}
