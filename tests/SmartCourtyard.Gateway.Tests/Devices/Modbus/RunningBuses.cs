using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>The Modbus part of a gateway, running, with all that it hands on kept.</summary>
internal sealed class RunningBuses : IAsyncDisposable
{
    private readonly ModbusBuses _buses;

    private RunningBuses(IReadOnlyList<Device> devices, TimeSpan lostAfter) => _buses = new ModbusBuses(
        new Courtyard("fukang-garden", "富康花园小区", null, [], devices), Elsewhere,
        (batch, stop) =>
        {
            for (var i = 0; i < batch.Count; i++)
            {
                foreach (var reading in batch.Message(i, out _, out _))
                {
                    Readings.Enqueue(reading);
                }
            }

            return ValueTask.FromResult(true);
        },
        (part, lost, why, stop) =>
        {
            if (lost || !Lost.IsEmpty)
            {
                Lost.Enqueue((part, lost, why));
            }

            return ValueTask.CompletedTask;
        },
        TimeProvider.System, NullLoggerFactory.Instance, lostAfter);

    public HeardElsewhere Elsewhere { get; } = new();

    public ConcurrentQueue<Reading> Readings { get; } = [];

    public ConcurrentQueue<(string Part, bool Lost, string? Why)> Lost { get; } = [];

    public static async Task<RunningBuses> StartAsync(params IReadOnlyList<Device> devices)
    {
        var buses = new RunningBuses(devices, TimeSpan.FromSeconds(1));
        foreach (var worker in buses._buses.Workers)
        {
            await worker.StartAsync(CancellationToken.None);
        }

        return buses;
    }

    public IReadOnlyList<double> Values(Device device, Quantity quantity)
        => [.. Readings.Where(r => r.Device == device && r.Quantity == quantity).Select(r => r.Value)];

    public Task Says(Device device, Quantity quantity, double value, double seconds = 20) => Eventually.Holds(
        () => Readings.LastOrDefault(r => r.Device == device && r.Quantity == quantity) is { Device: not null } last && Math.Abs(last.Value - value) < 1e-4,
        $"{device.Id} says {quantity} {value}; it said {string.Join(", ", Readings.Where(r => r.Device == device))}, problems {string.Join("; ", Elsewhere.Messages())}, lost {string.Join("; ", Lost)}",
        seconds);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _buses.Workers)
        {
            await worker.StopAsync(CancellationToken.None);
            worker.Dispose();
        }
    }
}
