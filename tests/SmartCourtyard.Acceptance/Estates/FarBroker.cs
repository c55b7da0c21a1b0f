using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// A real Mosquitto elsewhere, run by somebody else: it lets in the gateway, the duty room and one who listens to everything, each
/// with a password and by TLS under an authority of its own, and lets nobody write what is not theirs.
/// </summary>
internal sealed class FarBroker : IAsyncDisposable
{
    public const string Gateway = "courtyard", DutyRoom = "duty-room", Listener = "listener", Password = "far-away-7b1f";

    private readonly string _folder = Directory.CreateTempSubdirectory("far-broker-").FullName;
    private RunningProgram? _program;

    private string Authority => Path.Combine(_folder, "ca.pem");

    public int Port { get; } = Ports.Free();

    public static async Task<FarBroker> StartAsync()
    {
        var broker = new FarBroker();
        await broker.WriteCertificatesAsync();
        var passwords = Path.Combine(broker._folder, "passwords");
        await File.WriteAllTextAsync(passwords, string.Concat(new[] { Gateway, DutyRoom, Listener }.Select(u => $"{u}:{Password}\n")));
        await using (var hash = RunningProgram.Start("mosquitto_passwd", ["-U", passwords]))
        {
            if (await hash.ExitAsync(TimeSpan.FromSeconds(20)) != 0)
            {
                throw new InvalidOperationException(hash.Output);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(broker._folder, "acl"), $"""
            user {Gateway}
            topic write smartcourtyard/gateways/{TestSite.Courtyard}/events
            topic write smartcourtyard/gateways/{TestSite.Courtyard}/heartbeat
            topic read smartcourtyard/gateways/{TestSite.Courtyard}/answers

            user {DutyRoom}
            topic read smartcourtyard/gateways/+/events
            topic read smartcourtyard/gateways/+/heartbeat
            topic write smartcourtyard/gateways/+/answers

            user {Listener}
            topic readwrite #

            """);
        await File.WriteAllTextAsync(Path.Combine(broker._folder, "mosquitto.conf"), $"""
            listener {broker.Port} 127.0.0.1
            user root
            allow_anonymous false
            password_file {passwords}
            acl_file {broker._folder}/acl
            set_tcp_nodelay true
            certfile {broker._folder}/broker.pem
            keyfile {broker._folder}/broker.key

            """);
        await broker.StartAgainAsync();
        return broker;
    }

    public async Task StartAgainAsync()
    {
        _program = RunningProgram.Start(
            File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto", ["-c", Path.Combine(_folder, "mosquitto.conf")]);
        await using var client = Client(_ => { });
        var running = client.RunAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(20), () => _program.Output);
        await client.DisposeAsync();
        await running;
    }

    public Task KillAsync() => _program!.KillAsync();

    public void Freeze() => _program!.Freeze();

    public void Thaw() => _program!.Thaw();

    /// <summary>Hears everything that goes through this broker, as whoever runs it could.</summary>
    public MqttClient Client(Action<MqttMessage> heard) => new(
        new MqttOptions
        {
            Host = "127.0.0.1", Port = Port, Tls = true, CaFile = Authority, ClientId = "listener-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), User = Listener, Password = Password,
            CleanStart = true, SessionExpiry = TimeSpan.Zero, ReconnectDelayMax = TimeSpan.FromMilliseconds(200),
            Subscriptions = [new MqttSubscription("#", MqttQos.AtLeastOnce)],
        },
        (messages, _) =>
        {
            foreach (ref readonly var message in messages.Span)
            {
                heard(message);
            }

            return ValueTask.FromResult(true);
        },
        TimeProvider.System);

    /// <summary>Sets both programs of an estate to use this broker too.</summary>
    public void Serve(Estate estate, string policy)
    {
        foreach (var (environment, user) in new[] { (estate.GatewayEnvironment, Gateway), (estate.DutyRoomEnvironment, DutyRoom) })
        {
            environment["Uplink__Mqtt__Host"] = "127.0.0.1";
            environment["Uplink__Mqtt__Port"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            environment["Uplink__Mqtt__Tls"] = "true";
            environment["Uplink__Mqtt__CaFile"] = Authority;
            environment["Uplink__Mqtt__User"] = user;
            environment["Uplink__Mqtt__Password"] = Password;
        }

        estate.GatewayEnvironment["Uplink__Policy"] = policy;
        estate.GatewayEnvironment["Uplink__NextAfter"] = "2";
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteCertificatesAsync()
    {
        using var authorityKey = RSA.Create(2048);
        var authority = Request("CN=Far away CA", authorityKey);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var issuer = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var key = RSA.Create(2048);
        var request = Request("CN=far-broker", key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, [1, 2, 3, 4]);
        await File.WriteAllTextAsync(Authority, issuer.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "broker.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "broker.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, RSA key) => new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
