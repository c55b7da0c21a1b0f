using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// How long a site file of mixed sources takes to read and check, good and with one mistake a device, and what a reload of it costs
/// besides: which devices speak as before, and making their workers. Ten times the devices should take ten times as long.
/// </summary>
internal static class SiteFiles
{
    private static readonly string[] Classes = ["smoke-detector", "gas-detector", "emergency-button", "air-monitor", "water-leak", "co-detector"];

    public static int Run(int devices, int runs)
    {
        Console.WriteLine("\n## site: one core, mixed sources\n| step | devices | file kB | median ms | µs a device | allocated MB |\n|---|---|---|---|---|---|");
        foreach (int count in (int[])[devices / 10, devices])
        {
            string good = Text(count, mistake: false), bad = Text(count, mistake: true);
            SiteResult site = Good(good), changed = Good(good.Replace("place: 厨房", "place: 客厅", StringComparison.Ordinal));
            Measure("read and check", count, good, runs, () => Good(good));
            Measure("read and check, each device with a mistake", count, bad, runs, () => SiteFile.Parse(bad, "site.yaml"));
            Measure("which devices speak as before", count, good, runs, () => changed.SpeakingAsIn(site));
            Measure("make the workers of a reload", count, good, runs, () => Workers(changed.Courtyard!, site.Courtyard!));
        }
        return 0;
    }

    private static SiteResult Good(string yaml)
    {
        SiteResult site = SiteFile.Parse(yaml, "site.yaml");
        return site.IsGood ? site : throw new InvalidOperationException(site.Mistakes[0].ToString());
    }

    private static MqttFamilies Workers(Courtyard next, Courtyard before) => Families(next, Families(before, null));

    private static MqttFamilies Families(Courtyard courtyard, MqttFamilies? before) => new(
        courtyard, new BrokerAccess("127.0.0.1", 1, false, null, null, null), new HeardElsewhere(), (_, _) => ValueTask.FromResult(true),
        (_, _, _, _, _) => ValueTask.CompletedTask, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, before: before);

    private static void Measure(string step, int devices, string yaml, int runs, Func<object> work)
    {
        var times = new List<double>();
        long allocated = 0;
        work();
        for (int run = 0; run < runs; run++)
        {
            GC.Collect();
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            GC.KeepAlive(work());
            // Processor time, not wall time: what one core does, whoever else is on the machine.
            times.Add((Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        double median = Figures.Median(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {step} | {devices:N0} | {Encoding.UTF8.GetByteCount(yaml) / 1024:N0} | {median:F0} | {median * 1000 / devices:F1} | {allocated / 1e6:F1} |"));
    }

    private static string Text(int devices, bool mistake)
    {
        var yaml = new StringBuilder("courtyard: bench\nname: 大院\nbuildings:\n");
        for (int b = 1; b <= 100; b++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: b{b:D3}, name: {b}栋, units: 9, floors: 33 }}\n");
        }
        yaml.Append("devices:\n");
        for (int i = 0; i < devices; i++)
        {
            string building = mistake ? $"b{i % 100 + 1:D3}x" : $"b{i % 100 + 1:D3}";
            yaml.Append(CultureInfo.InvariantCulture, $$"""
                  - id: d{{i}}
                    name: 烟感{{i}}
                    class: {{Classes[i % Classes.Length]}}
                    at: { building: {{building}}, unit: {{i % 9 + 1}}, floor: {{i % 33 + 1}}, flat: "{{i % 1000}}", place: 厨房 }
                    installed: 2024-05-01
                    source: {{Source(i)}}

                """);
        }
        return yaml.ToString();
    }

    private static string Source(int i) => (i % 8) switch
    {
        0 => $"{{ tasmota: node_{i} }}",
        1 => $"{{ esphome: nodes/n{i} }}",
        2 => $"{{ homeassistant: 0x{i:x16} }}",
        3 => $"{{ chirpstack: \"{i:x16}\" }}",
        4 => $"{{ mqtt: {{ topic: any/{i}/state, points: {{ smoke: $.smoke, battery: $.battery }} }} }}",
        5 => $"{{ modbus: {{ tcp: \"10.0.{i / 250 % 250}.{i % 250}:502\", unit: {i % 247 + 1}, points: {{ methane: {{ input: 0, scale: 0.1, unit: \"%LEL\" }} }} }} }}",
        6 => $"{{ gpio: {{ chip: gpiochip{i / 64}, line: {i % 64}, bias: pull-up, active: low, debounce: 20ms }} }}",
        _ => $"{{ zigbee2mqtt: b{i % 100}/d{i} }}",
    };
}
