using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// The physical floor: the least that must happen between a device's message and two disks, in two bare programs. Mosquitto hands
/// over, one program syncs to disk and posts, the other syncs to disk. The stamps are taken after the second sync; the monotonic
/// clock is the same in all processes of a machine.
/// </summary>
internal static class Floor
{
    public const string Topic = "zigbee2mqtt/floor";

    public static async Task<int> RunGatewayAsync(string broker, string sink, string folder, bool sqlite)
    {
        var access = broker.Split('|');
        using var http = new HttpClient { BaseAddress = new Uri(sink) };
        Action<ReadOnlyMemory<byte>> store = sqlite ? SqliteStore(folder) : FileStore(folder, "floor-gateway.log");
        await using var client = new MqttClient(
            new MqttOptions
            {
                Host = "127.0.0.1", Port = int.Parse(access[0], CultureInfo.InvariantCulture), User = access[1], Password = access[2],
                ClientId = "floor", Subscriptions = [new MqttSubscription(Topic, MqttQos.AtLeastOnce)],
            },
            async (messages, stop) =>
            {
                for (var i = 0; i < messages.Length; i++)
                {
                    var payload = messages.Span[i].Payload;
                    store(payload);
                    using var response = await http.PostAsync(new Uri("events", UriKind.Relative), new ReadOnlyMemoryContent(payload), stop);
                    response.EnsureSuccessStatusCode();
                }

                return true;
            },
            TimeProvider.System);
        client.StateChanged += change => Console.WriteLine(change.State);
        await client.RunAsync(CancellationToken.None);
        return 0;
    }

    public static async Task<int> RunSinkAsync(string port, string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:" + port);
        var store = FileStore(folder, "floor-sink.log");
        var stamps = new List<(int Number, long At)>();
        var app = builder.Build();
        app.MapPost("/events", async (HttpRequest request) =>
        {
            var body = new byte[request.ContentLength ?? 0];
            await request.Body.ReadExactlyAsync(body);
            store(body);
            stamps.Add((BinaryPrimitives.ReadInt32LittleEndian(body), TimeProvider.System.GetTimestamp()));
            return Results.NoContent();
        });
        app.MapGet("/stamps", () => string.Join('\n', stamps.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Number} {s.At}"))));
        app.MapGet("/readyz", () => "ready");
        await app.RunAsync();
        return 0;
    }

    /// <summary>Sends alarms through the floor and gives their latencies in ms.</summary>
    public static async Task<Figures> MeasureAsync(Estate estate, string name, int alarms, int warmUp, bool sqlite)
    {
        var port = Ports.Free();
        var self = typeof(Floor).Assembly.Location;
        await using var sink = RunningProgram.Start("dotnet", [self, "floor-sink", port.ToString(CultureInfo.InvariantCulture), estate.Folder]);
        var url = new Uri($"http://127.0.0.1:{port}/");
        using var http = new HttpClient { BaseAddress = url };
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri("readyz", UriKind.Relative))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(20), () => sink.Output);
        var access = $"{estate.BrokerPort}|{Credentials.MqttUser}|{estate.Credentials.MqttPassword}";
        await using var gateway = RunningProgram.Start("dotnet", [self, "floor-gateway", access, url.ToString(), estate.Folder, sqlite ? "sqlite" : "file"]);
        await Eventually.TrueAsync(() => gateway.Output.Contains("Connected", StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => gateway.Output);

        var sent = await Sending.AlarmsAsync(estate, warmUp + alarms, i =>
        {
            var payload = new byte[180];
            BinaryPrimitives.WriteInt32LittleEndian(payload, i);
            return (Topic, payload);
        });
        var stamps = new Dictionary<int, long>();
        await Eventually.TrueAsync(
            async () =>
            {
                stamps = (await http.GetStringAsync(new Uri("stamps", UriKind.Relative))).Split('\n').Where(l => l.Length > 0).Select(l => l.Split(' '))
                    .DistinctBy(p => p[0])
                    .ToDictionary(p => int.Parse(p[0], CultureInfo.InvariantCulture), p => long.Parse(p[1], CultureInfo.InvariantCulture));
                return stamps.Count >= sent.Count;
            },
            TimeSpan.FromSeconds(20), () => gateway.Output);
        return new Figures(name, [.. Enumerable.Range(warmUp, alarms).Select(i => Sending.Milliseconds(sent[i], stamps[i]))]);
    }

    private static Action<ReadOnlyMemory<byte>> FileStore(string folder, string name)
    {
        var file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return bytes =>
        {
            file.Write(bytes.Span);
            file.Flush(flushToDisk: true);
        };
    }

    private static Action<ReadOnlyMemory<byte>> SqliteStore(string folder)
    {
        var connection = new SqliteConnection("Data Source=" + Path.Combine(folder, "floor-gateway.db"));
        connection.Open();
        using (var setup = connection.CreateCommand())
        {
            setup.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS event(sequence INTEGER PRIMARY KEY, body BLOB)";
            setup.ExecuteNonQuery();
        }

        var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO event(body) VALUES($body)";
        var body = insert.Parameters.Add("$body", SqliteType.Blob);
        return bytes =>
        {
            body.Value = bytes.ToArray();
            insert.ExecuteNonQuery();
        };
    }
}
