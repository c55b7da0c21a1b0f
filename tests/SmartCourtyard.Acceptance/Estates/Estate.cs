using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>What the duty room of an estate keeps its events in.</summary>
internal enum EstateStore
{
    Sqlite,
    Postgres,
}

/// <summary>
/// A whole estate of real programs: Mosquitto as the gateway configures it, gateway and duty room as they are shipped, each on a
/// free port, all data in a folder of their own. Any of them can be killed and started again.
/// </summary>
internal sealed class Estate : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly string _site;

    private Estate(string folder, TestSite site)
    {
        Folder = folder;
        Site = site;
        _site = Path.Combine(folder, "site.yaml");
        Credentials = new Credentials("admin-" + Secret(), Secret(), Secret(), Secret());
    }

    public string Folder { get; }

    public string SiteFile => _site;

    public TestSite Site { get; }

    public Credentials Credentials { get; }

    /// <summary>In memory, as shipped: it outlives the broker, and no disk is worn.</summary>
    public string BrokerStore => Path.Combine("/dev/shm", Path.GetFileName(Folder));

    public int BrokerPort { get; } = Ports.Free();

    public int GatewayPort { get; } = Ports.Free();

    public int DutyRoomPort { get; } = Ports.Free();

    /// <summary>The duty room's database server; null where it keeps a file.</summary>
    public PostgresServer? Postgres { get; private set; }

    public RunningProgram? Broker { get; private set; }

    public RunningProgram? Gateway { get; private set; }

    public RunningProgram? DutyRoom { get; private set; }

    public Uri DutyRoomUrl => new($"http://127.0.0.1:{DutyRoomPort}/");

    public Uri GatewayUrl => new($"http://127.0.0.1:{GatewayPort}/");

    public DutyRoomApi Board => field ??= new DutyRoomApi(DutyRoomUrl, Credentials.ApiToken);

    public GatewayApi GatewayPage => field ??= new GatewayApi(GatewayUrl);

    /// <summary>More environment for the gateway, for example a telemetry store; it stands above the usual one.</summary>
    public Dictionary<string, string> GatewayEnvironment { get; } = [];

    /// <summary>More environment for the duty room; it stands above the usual one.</summary>
    public Dictionary<string, string> DutyRoomEnvironment { get; } = [];

    /// <summary>What the gateway is started through, for example a shell that sets something for it; empty: nothing.</summary>
    public IReadOnlyList<string> GatewayThrough { get; set; } = [];

    public static async Task<Estate> PrepareAsync(TestSite site, EstateStore store = EstateStore.Sqlite)
    {
        var folder = Directory.CreateTempSubdirectory("estate-").FullName;
        var estate = new Estate(folder, site) { Postgres = store == EstateStore.Postgres ? await PostgresServer.StartAsync() : null };
        await File.WriteAllTextAsync(estate._site, site.Yaml());
        await File.WriteAllTextAsync(Path.Combine(folder, "credentials.json"), estate.Credentials.Json());
        await using var broker = RunningProgram.Start("dotnet", [
            Checkout.Program("SmartCourtyard.Gateway"), "broker", "--site", estate._site, "--directory", Path.Combine(folder, "broker"),
            "--credentials", Path.Combine(folder, "credentials.json"), "--port", Number(estate.BrokerPort), "--persistence", estate.BrokerStore,
            "--plugin", Checkout.BrokerPlugin]);
        return await broker.ExitAsync(ReadyWithin) == 0 ? estate : throw new InvalidOperationException(broker.Output);
    }

    public static async Task<Estate> StartAsync(TestSite site, EstateStore store = EstateStore.Sqlite)
    {
        var estate = await PrepareAsync(site, store);
        estate.StartBroker();
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();
        return estate;
    }

    public void StartBroker() => Broker = RunningProgram.Start(
        File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto", ["-c", Path.Combine(Folder, "broker", "mosquitto.conf")]);

    public void StartDutyRoom()
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__DutyRoom"] = Postgres?.ConnectionString() ?? "Data Source=" + Path.Combine(Folder, "duty-room.db"),
            ["Urls"] = DutyRoomUrl.ToString().TrimEnd('/'),
            ["Access__CredentialsFile"] = Path.Combine(Folder, "credentials.json"),
            ["Access__Gateway"] = TestSite.Courtyard,
        };
        DutyRoom = RunningProgram.Start("dotnet", [Checkout.Program("SmartCourtyard.DutyRoom")], Over(environment, DutyRoomEnvironment));
    }

    /// <summary>The gateway's own password at the broker.</summary>
    public string GatewayPassword
        => File.ReadLines(Path.Combine(Folder, "broker", "gateway.env")).First(l => l.StartsWith("Mqtt__Password=", StringComparison.Ordinal))["Mqtt__Password=".Length..];

    public void StartGateway()
    {
        var environment = new Dictionary<string, string>
        {
            ["Gateway__Site"] = _site,
            ["Gateway__DataDirectory"] = Path.Combine(Folder, "gateway"),
            ["Mqtt__Port"] = Number(BrokerPort),
            ["Mqtt__User"] = "gateway",
            ["Mqtt__Password"] = GatewayPassword,
            ["DutyRoom__Url"] = DutyRoomUrl.ToString(),
            ["DutyRoom__Token"] = Credentials.GatewayToken,
            ["Urls"] = GatewayUrl.ToString().TrimEnd('/'),
        };
        List<string> command = [.. GatewayThrough, "dotnet", Checkout.Program("SmartCourtyard.Gateway"), "run"];
        Gateway = RunningProgram.Start(command[0], command.Skip(1), Over(environment, GatewayEnvironment));
    }

    public async Task ReadyAsync()
    {
        await Eventually.TrueAsync(() => IsReadyAsync(DutyRoomUrl), ReadyWithin, () => "duty room: " + DutyRoom?.Output);
        await Eventually.TrueAsync(() => IsReadyAsync(GatewayUrl), ReadyWithin, () => "gateway: " + Gateway?.Output + "\nbroker: " + Broker?.Output);
    }

    /// <summary>The gateway tells of its devices a moment after its start; what the duty room is asked to do to one before is refused.</summary>
    public Task KnownAsync() => Eventually.TrueAsync(
        async () => (await Board.DevicesAsync("")).Count == Site.Devices.Count, ReadyWithin, () => "the duty room does not know the devices: " + Gateway?.Output);

    /// <summary>Publishes with Debian's own tool, as any stranger would.</summary>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, int qos = 1, bool retain = false)
    {
        var file = Path.Combine(Folder, "payload-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        await File.WriteAllBytesAsync(file, payload.ToArray());
        List<string> arguments =
            ["-p", Number(BrokerPort), "-u", Acceptance.Estates.Credentials.MqttUser, "-P", Credentials.MqttPassword, "-q", Number(qos), "-t", topic, "-f", file, "-V", "5"];
        if (retain)
        {
            arguments.Add("-r");
        }

        await using var publisher = RunningProgram.Start("mosquitto_pub", arguments);
        if (await publisher.ExitAsync(ReadyWithin) != 0)
        {
            throw new InvalidOperationException(publisher.Output);
        }
    }

    public Task PublishAsync(string topic, string payload, int qos = 1, bool retain = false)
        => PublishAsync(topic, Encoding.UTF8.GetBytes(payload), qos, retain);

    /// <summary>A client for many messages, with the account of Zigbee2MQTT.</summary>
    public MqttClient Zigbee2Mqtt(string clientId = "zigbee2mqtt") => new(
        new MqttOptions
        {
            Host = "127.0.0.1", Port = BrokerPort, ClientId = clientId, User = Acceptance.Estates.Credentials.MqttUser, Password = Credentials.MqttPassword,
            MaximumInFlight = 50, ReconnectDelayMax = TimeSpan.FromSeconds(1),
        },
        (_, _) => ValueTask.FromResult(true), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        foreach (var program in new[] { Gateway, DutyRoom, Broker })
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }

        Board.Dispose();
        GatewayPage.Dispose();
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(BrokerStore, recursive: true);
    }

    public static async Task<bool> IsReadyAsync(Uri program)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return (await http.GetAsync(new Uri(program, "readyz"))).IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static Dictionary<string, string> Over(Dictionary<string, string> usual, Dictionary<string, string> more)
    {
        foreach (var (key, value) in more)
        {
            usual[key] = value;
        }

        return usual;
    }

    private static string Secret() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The secrets of one test estate.</summary>
internal sealed record Credentials(string AdminPassword, string ApiToken, string GatewayToken, string MqttPassword)
{
    public const string AdminUser = "admin";

    public const string MqttUser = "zigbee2mqtt";

    public string Json() => JsonSerializer.Serialize(new
    {
        admin = new { user = AdminUser, password = AdminPassword }, apiToken = ApiToken, gatewayToken = GatewayToken,
        mqtt = new { user = MqttUser, password = MqttPassword },
    });
}
