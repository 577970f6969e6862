#!/usr/bin/env python3
"""Show how the system stands: `celery_monitor.py --interval N | --once [--json]`."""

import sys

from vigia_detect.monitoring.cli import main

if __name__ == "__main__":
    sys.exit(main())
