package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The legacy formats with containers; needs the image {@code berth/old-formats}, made by scripts/images. */
final class OldFormatsDockerIT extends OldFormatsScenarios {
    @Override
    String engine() {
        return "docker";
    }

    @Override
    int containers(Path socketRoot) throws Exception {
        return count(socketRoot, "dev.berth.role");
    }

    @Override
    int functions(Path socketRoot) throws Exception {
        return count(socketRoot, "dev.berth.role=function");
    }

    private static int count(Path socketRoot, String label) throws Exception {
        String owner = InetAddress.getLocalHost().getHostName() + ":" + socketRoot;
        Process list = new ProcessBuilder(
                        "docker",
                        "ps",
                        "-aq",
                        "--filter",
                        "label=dev.berth.owner=" + owner,
                        "--filter",
                        "label=" + label)
                .redirectErrorStream(true)
                .start();
        String ids = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(list.waitFor()).as(ids).isZero();
        return (int) ids.lines().count();
    }
}
