package dev.berth.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.GrpcConfig;
import dev.berth.ingress.IngressRig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A container on the engine's default network and a runner port on every interface. Needs a container engine. */
final class PortGateIT {
    /** Speaks HTTP/2 to a port of the host and says whether anything came back. */
    private static final String KNOCK = "const route = require('fs').readFileSync('/proc/net/route', 'utf8');"
            + "const hex = route.split('\\n').map((line) => line.split('\\t')).find((f) => f[1] === '00000000')[2];"
            + "const gateway = hex.match(/../g).reverse().map((part) => parseInt(part, 16)).join('.');"
            + "const s = require('net').connect(process.argv[1], gateway);"
            + "s.write('PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\\0\\0\\0\\x04\\0\\0\\0\\0\\0');"
            + "s.on('data', () => { console.log('answered'); process.exit(0) });"
            + "s.on('error', () => {}); s.on('close', () => { console.log('refused'); process.exit(0) })";

    @Test
    void aFunctionReachesThePortUnlessItsNetworkIsNotAllowed() throws Exception {
        assertThat(knock()).isEqualTo("answered");
        assertThat(knock("127.0.0.0/8")).isEqualTo("refused");
    }

    private static String knock(String... allow) throws Exception {
        GrpcConfig local = IngressRig.grpc(IngressRig.limits(8 << 20), null, allow);
        GrpcConfig everywhere = new GrpcConfig(
                "0.0.0.0",
                0,
                local.maxMessageBytes(),
                local.connectionWindowBytes(),
                local.streamWindowBytes(),
                local.maxConcurrentStreams(),
                local.responseFrameBytes(),
                local.allow(),
                local.limits(),
                null);
        try (IngressRig rig = new IngressRig(everywhere, IngressRig.CALLS)) {
            String heard = run(
                    "docker",
                    "run",
                    "--rm",
                    "--network",
                    "bridge",
                    "--entrypoint",
                    "node",
                    "berth/test-fn",
                    "-e",
                    KNOCK,
                    Integer.toString(rig.ingress.port()));
            rig.assertNothingLeft();
            return heard;
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(command))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output;
    }
}
