using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator.Tests;

public sealed class SiteFileTests
{
    [Fact]
    public void The_committed_site_file_is_the_one_the_simulator_prints() =>
        Assert.Equal(FukangGarden.SiteFile(), File.ReadAllText(CommittedFile()));

    [Fact]
    public void The_estate_has_about_500_devices_of_all_common_classes_and_the_two_that_others_rely_on()
    {
        var devices = SimulatedDevice.ReadSite(CommittedFile(), out var error);

        Assert.Null(error);
        Assert.InRange(devices.Count, 450, 550);
        Assert.Equal(devices.Count, devices.Select(d => d.Id).Distinct().Count());
        Assert.Equal(devices.Count, devices.Select(d => d.FriendlyName).Distinct().Count());
        Assert.Contains(new SimulatedDevice("b03-u1-301-smoke", DeviceClass.SmokeDetector, "b03/u1/301/kitchen_smoke"), devices);
        Assert.Contains(new SimulatedDevice("b03-u1-301-sos", DeviceClass.EmergencyButton, "b03/u1/301/sos"), devices);
        DeviceClass[] common =
        [
            DeviceClass.SmokeDetector, DeviceClass.GasDetector, DeviceClass.CoDetector, DeviceClass.WaterLeak, DeviceClass.EmergencyButton,
            DeviceClass.DoorContact, DeviceClass.AirMonitor, DeviceClass.Siren,
        ];
        Assert.Equal(common.Order(), devices.Select(d => d.Class).Distinct().Order());
    }

    [Theory]
    [InlineData("devices: [", "did not find")]
    [InlineData("courtyard: x", "names no device")]
    [InlineData("", "names no device")]
    public void A_file_that_cannot_be_simulated_is_named(string text, string words)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        try
        {
            Assert.Empty(SimulatedDevice.ReadSite(path, out var error));
            Assert.Contains(words, error, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(path, error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static string CommittedFile()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SmartCourtyard.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no solution above the tests");
        }

        return Path.Combine(folder, "deploy", "fukang-garden.yaml");
    }
}
