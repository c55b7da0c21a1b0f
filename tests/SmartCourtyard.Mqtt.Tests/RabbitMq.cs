using System.Diagnostics;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>A private RabbitMQ node with its MQTT plugin: own folder, own port mapper, free loopback ports, nothing of the system's node touched.</summary>
internal sealed class RabbitMq : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rabbit").FullName;
    private Process? _portMapper;
    private Process? _node;

    internal int Port { get; } = Ports.Free();

    internal static async Task<RabbitMq> StartAsync()
    {
        RabbitMq rabbit = new();
        rabbit.Start(Ports.Free(), Ports.Free(), Ports.Free());
        await Wait.Until(() => Broker.Answers(rabbit.Port) || rabbit._node!.HasExited, () => $"RabbitMQ listens: {File.ReadAllText($"{rabbit._folder}/output")}", seconds: 90);
        Assert.False(rabbit._node!.HasExited, "rabbitmq-server did not start");
        return rabbit;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in new[] { _node, _portMapper }.OfType<Process>())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Start(int mapperPort, int amqpPort, int distributionPort)
    {
        File.WriteAllText($"{_folder}/plugins", "[rabbitmq_mqtt].");
        File.WriteAllText($"{_folder}/output", "");
        File.WriteAllLines($"{_folder}/rabbitmq.conf", [$"listeners.tcp.1 = 127.0.0.1:{amqpPort}", $"mqtt.listeners.tcp.1 = 127.0.0.1:{Port}", "log.console = false"]);
        _portMapper = Process.Start(new ProcessStartInfo("epmd", ["-address", "127.0.0.1", "-port", $"{mapperPort}"]));
        ProcessStartInfo start = new("/bin/sh", ["-c", $"exec /usr/lib/rabbitmq/bin/rabbitmq-server > {_folder}/output 2>&1"]);
        (string Name, string Value)[] environment =
        [
            ("HOME", _folder), ("ERL_EPMD_PORT", $"{mapperPort}"), ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODENAME", $"mqtt{Port}@localhost"), ("RABBITMQ_DIST_PORT", $"{distributionPort}"),
            ("RABBITMQ_CONFIG_FILE", $"{_folder}/rabbitmq.conf"), ("RABBITMQ_CONF_ENV_FILE", $"{_folder}/none"), ("RABBITMQ_ENABLED_PLUGINS_FILE", $"{_folder}/plugins"),
            ("RABBITMQ_MNESIA_BASE", $"{_folder}/mnesia"), ("RABBITMQ_LOG_BASE", $"{_folder}/log"), ("RABBITMQ_PID_FILE", $"{_folder}/pid"), ("RABBITMQ_FEATURE_FLAGS_FILE", $"{_folder}/features"),
        ];
        environment.ToList().ForEach(e => start.Environment[e.Name] = e.Value);
        _node = Process.Start(start);
    }
}
