package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.port.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterConfigTest {
    @TempDir
    Path folder;

    @Test
    void clusterOnLoopbackNeedsNoMoreThanItsMembers() {
        ClusterConfig config = load(Map.of("members", "127.0.0.1:5701, b.example"));

        assertThat(config.discovery())
                .isEqualTo(new ClusterConfig.Discovery.Members(List.of("127.0.0.1:5701", "b.example")));
        assertThat(config.publicHost()).isEqualTo("127.0.0.1");
        assertThat(config.tls()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    host=10.0.0.1,insecure=true              | cluster.members = none: must be given, or cluster.dns, or cluster.multicast: where the other nodes are found
                    members=a,dns=b                          | cluster.members = a: must be the only one of cluster.members, cluster.dns and cluster.multicast
                    dns=b,multicast=true                     | cluster.dns = b: must be the only one of cluster.members, cluster.dns and cluster.multicast
                    members=a:b                              | cluster.members = "a:b" (command line): must be host names or IPv4 addresses, each with :port where it is not cluster.memberPort
                    members=a:0                              | cluster.members = "a:0" (command line): must be host names or IPv4 addresses, each with :port where it is not cluster.memberPort
                    members=a:65536                          | cluster.members = "a:65536" (command line): must be host names or IPv4 addresses, each with :port where it is not cluster.memberPort
                    members=10.0.0.256                       | cluster.members = "10.0.0.256" (command line): must be host names or IPv4 addresses, each with :port where it is not cluster.memberPort
                    dns=a:99999                              | cluster.dns = "a:99999" (command line): must be a host name, with :port where it is not cluster.memberPort, or empty for none
                    members=a,host=0                         | cluster.host = "0" (command line): must be a host name or an IPv4 address
                    members=a,host=10.1                      | cluster.host = "10.1" (command line): must be a host name or an IPv4 address
                    members=a,host=::                        | cluster.host = "::" (command line): must be a host name or an IPv4 address
                    members=a,publicHost=::1                 | cluster.publicHost = "::1" (command line): must be a host name or an IPv4 address that others can reach, or empty for none
                    members=a,host=0.0.0.0,insecure=true     | cluster.publicHost = none: must be given with cluster.host = 0.0.0.0: the address that other nodes reach this one by
                    members=a,publicHost=0.0.0.0             | cluster.publicHost = "0.0.0.0" (command line): must be a host name or an IPv4 address that others can reach, or empty for none
                    members=a,busPort=5701                   | cluster.busPort = 5701: must be another port than cluster.memberPort = 5701
                    members=a,busPort=0                      | cluster.busPort = "0" (command line): must be a whole number from 1 to 65535
                    members=a,host=10.0.0.1                  | cluster.tls.certificate = none: must be given with cluster.host = 10.0.0.1, which others may reach, or cluster.insecure = true
                    members=a,suspectAfter=900ms             | cluster.suspectAfter = 900ms: must be at least twice cluster.beatInterval = 500ms
                    members=a,lostAfter=1500ms               | cluster.lostAfter = 1s500ms: must be longer than cluster.suspectAfter = 1s500ms
                    members=a,memberTimeout=2500ms           | cluster.memberTimeout = "2500ms" (command line): must be whole seconds from 2s to 2m
                    members=a,name=a_b                       | cluster.name = "a_b" (command line): must be 1 to 63 letters, digits and dashes
                    members=a,digestInterval=1ms             | cluster.digestInterval = "1ms" (command line): must be a duration with its unit from 20ms to 1s
                    members=a,tls.key=pom.xml                | cluster.tls.certificate = none: must be given with the other cluster.tls files
                    """)
    void wrongSettingIsToldInOneLine(String settings, String line) {
        Map<String, String> given = new HashMap<>();
        for (String setting : settings.trim().split(",")) {
            given.put(setting.split("=")[0], setting.split("=")[1]);
        }

        assertThat(problems(given)).contains(line);
    }

    @Test
    void settingsOfAClusterThatIsOffAreNotHeldAgainstEachOther() {
        Map<String, String> settings = Map.of("cluster.host", "0.0.0.0", "cluster.busPort", "5701");

        assertThat(ConfigLoader.load(null, Map.of(), settings)
                        .config()
                        .cluster()
                        .enabled())
                .isFalse();
    }

    @Test
    void certificatesThatFitTogetherAreTaken() {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        TestCertificates.Identity node = authority.issue("node-1");

        ClusterConfig config = load(tls(node.certificate(), node.key(), authority.authority));

        assertThat(config.tls()).isEqualTo(new ClusterConfig.Tls(node.certificate(), node.key(), authority.authority));
    }

    @Test
    void expiredCertificateIsRefused() {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        Instant past = Instant.now().minusSeconds(60);
        TestCertificates.Identity node = authority.issue("node-1", past);

        assertThat(problems(tls(node.certificate(), node.key(), authority.authority)))
                .singleElement()
                .asString()
                .startsWith("cluster.tls.certificate = " + node.certificate() + ": must be valid now; it expired at ");
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        TestCertificates.Identity stranger = new TestCertificates(folder, "other").issue("node-1");

        assertThat(problems(tls(stranger.certificate(), stranger.key(), authority.authority)))
                .containsExactly("cluster.tls.certificate = " + stranger.certificate()
                        + ": must be signed by cluster.tls.authority = " + authority.authority);
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws IOException {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        TestCertificates.Identity node = authority.issue("node-1");
        TestCertificates.Identity other = authority.issue("node-2");
        Path garbage = Files.writeString(folder.resolve("garbage"), "not PEM");
        String line = ": must be the private key, PKCS#8 in PEM, of cluster.tls.certificate = " + node.certificate();

        assertThat(problems(tls(node.certificate(), other.key(), authority.authority)))
                .containsExactly("cluster.tls.key = " + other.key() + line);
        assertThat(problems(tls(node.certificate(), garbage, authority.authority)))
                .containsExactly("cluster.tls.key = " + garbage + line);
    }

    @Test
    void fileThatHoldsNoCertificateIsRefused() {
        TestCertificates authority = new TestCertificates(folder, "cluster");
        TestCertificates.Identity node = authority.issue("node-1");

        assertThat(problems(tls(node.key(), node.key(), authority.authority)))
                .containsExactly("cluster.tls.certificate = " + node.key() + ": must be a PEM file with a certificate");
        assertThat(problems(tls(folder.resolve("none"), node.key(), authority.authority)))
                .containsExactly("cluster.tls.certificate = \"" + folder.resolve("none")
                        + "\" (command line): must be a file that can be read, or empty for none");
    }

    private static Map<String, String> tls(Path certificate, Path key, Path authority) {
        return Map.of(
                "members",
                "10.0.0.1",
                "host",
                "10.0.0.1",
                "tls.certificate",
                certificate.toString(),
                "tls.key",
                key.toString(),
                "tls.authority",
                authority.toString());
    }

    private static List<String> problems(Map<String, String> settings) {
        return catchThrowableOfType(ConfigException.class, () -> load(settings)).problems();
    }

    private static ClusterConfig load(Map<String, String> settings) {
        Map<String, String> options = new HashMap<>();
        settings.forEach((name, value) -> options.put("cluster." + name, value));
        options.put("cluster.enabled", "true");
        return ConfigLoader.load(null, Map.of(), options).config().cluster();
    }
}
