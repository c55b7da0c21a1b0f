using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartCourtyard.Mqtt.Tests;

public class TlsTests
{
    [Fact]
    public async Task The_right_name_under_the_own_authority_passes()
    {
        await using Broker broker = await SecureBrokerAsync("localhost");
        await using Subject subject = await Subject.ConnectedAsync(To(broker, "localhost", "ca.pem") with { Subscriptions = [new("t", MqttQos.AtLeastOnce)] });
        Assert.Equal(MqttPublishResult.Confirmed, await subject.Publish("t", new string('x', 200_000)));
        await subject.WhenHeard(1);

        Assert.Equal(200_000, subject.Messages.First().Text.Length);
    }

    [Fact]
    public async Task Another_name_is_refused()
    {
        await using Broker broker = await SecureBrokerAsync("broker.example");
        await using Subject subject = new(To(broker, "localhost", "ca.pem"));
        await subject.WhenReason(MqttReason.TlsRefused);

        Assert.Equal(0, subject.Client.Counters.Connections);
    }

    [Fact]
    public async Task A_foreign_authority_is_refused()
    {
        await using Broker broker = await SecureBrokerAsync("localhost");
        await using Subject foreign = new(To(broker, "localhost", "foreign.pem"));
        await using Subject systems = new(To(broker, "localhost", null));
        await foreign.WhenReason(MqttReason.TlsRefused);
        await systems.WhenReason(MqttReason.TlsRefused);

        Assert.Equal(0, foreign.Client.Counters.Connections + systems.Client.Counters.Connections);
    }

    [Fact]
    public async Task A_missing_authority_file_is_named_and_a_broker_without_TLS_is_refused()
    {
        await using Broker secure = await SecureBrokerAsync("localhost");
        await using Broker plain = await Broker.StartAsync();
        await using Subject missing = new(To(secure, "localhost", "nowhere.pem"));
        await using Subject unsecured = new(To(plain, "localhost", null));
        await missing.WhenReason(MqttReason.TlsRefused);
        await unsecured.WhenReason(MqttReason.TlsRefused);

        Assert.Contains("nowhere.pem", missing.Story, StringComparison.Ordinal);
        Assert.Equal(0, unsecured.Client.Counters.Connections);
    }

    private static MqttOptions To(Broker broker, string host, string? caFile) =>
        Subject.To(broker.Port, "c") with { Host = host, Tls = true, CaFile = caFile is null ? null : Path.Combine(broker.Folder, caFile) };

    private static async Task<Broker> SecureBrokerAsync(string name)
    {
        string folder = Broker.NewFolder();
        using X509Certificate2 authority = Authority("Courtyard CA");
        using X509Certificate2 foreign = Authority("Foreign CA");
        await File.WriteAllTextAsync($"{folder}/ca.pem", authority.ExportCertificatePem());
        await File.WriteAllTextAsync($"{folder}/foreign.pem", foreign.ExportCertificatePem());
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, 4]);
        await File.WriteAllTextAsync($"{folder}/broker.pem", certificate.ExportCertificatePem());
        await File.WriteAllTextAsync($"{folder}/broker.key", key.ExportPkcs8PrivateKeyPem());
        return await Broker.StartAsync(folder, ["allow_anonymous true", $"certfile {folder}/broker.pem", $"keyfile {folder}/broker.key"]);
    }

    private static X509Certificate2 Authority(string name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
