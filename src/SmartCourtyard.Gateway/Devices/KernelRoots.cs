namespace SmartCourtyard.Gateway.Devices;

/// <summary>Where the kernel shows its devices; elsewhere only in tests.</summary>
internal sealed record KernelRoots(string Dev = "/dev", string Sys = "/sys");
