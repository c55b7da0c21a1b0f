using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class PostgresSkipped : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "sequence",
                table: "troubles",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "started_sequence",
                table: "gateways",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "started_troubles",
                table: "gateways",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<bool>(
                name: "skipped",
                table: "gaps",
                type: "boolean",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "sequence",
                table: "troubles");

            migrationBuilder.DropColumn(
                name: "started_sequence",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "started_troubles",
                table: "gateways");

            migrationBuilder.DropColumn(
                name: "skipped",
                table: "gaps");
        }
    }
}
